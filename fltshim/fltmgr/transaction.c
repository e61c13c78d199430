// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions, of which there are none on Linux: no file is opened in one, nothing can be enlisted
 * in one, and nobody asks for a notification to be completed (CTX-65).
 */
#include <linux/export.h>
#include "fltmgr/filter.h"

/**
 * IoGetTransactionParameterBlock() - the transaction in which a file was opened
 * @FileObject: open file
 *
 * WDK page: iogettransactionparameterblock. IRQL: any.
 *
 * Return: NULL: in none
 */
PTXN_PARAMETER_BLOCK IoGetTransactionParameterBlock(PFILE_OBJECT FileObject)
{
	return NULL;
}
EXPORT_SYMBOL_GPL(IoGetTransactionParameterBlock);

/**
 * FltEnlistInTransaction() - ask to hear of a transaction
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: not linked to anything
 * @NotificationMask: not looked at
 *
 * WDK page: fltenlistintransaction. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltEnlistInTransaction(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
				PFLT_CONTEXT TransactionContext,
				NOTIFICATION_MASK NotificationMask)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltEnlistInTransaction);

/**
 * FltRollbackEnlistment() - undo a transaction
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltrollbackenlistment. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltRollbackEnlistment(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
			       PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltRollbackEnlistment);

/**
 * FltPrePrepareComplete() - say that a transaction may prepare itself first
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltprepreparecomplete. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltPrePrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
			       PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltPrePrepareComplete);

/**
 * FltPrepareComplete() - say that a transaction is prepared
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltpreparecomplete. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltPrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
			    PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltPrepareComplete);

/**
 * FltCommitComplete() - say that a transaction is committed
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltcommitcomplete. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltCommitComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
			   PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltCommitComplete);

/**
 * FltCommitFinalizeComplete() - say that a transaction is committed for good
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltcommitfinalizecomplete. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltCommitFinalizeComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
				   PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltCommitFinalizeComplete);

/**
 * FltRollbackComplete() - say that a transaction is undone
 * @Instance: the caller's instance
 * @Transaction: there is none
 * @TransactionContext: likewise
 *
 * WDK page: fltrollbackcomplete. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltRollbackComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
			     PFLT_CONTEXT TransactionContext)
{
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltRollbackComplete);

/**
 * ZwQueryInformationTransaction() - what a transaction is like
 * @TransactionHandle: there is no such handle
 * @TransactionInformationClass: not looked at
 * @TransactionInformation: not written
 * @TransactionInformationLength: not looked at
 * @ReturnLength: not written
 *
 * WDK page: nf-wdm-ntqueryinformationtransaction. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_INVALID_HANDLE
 */
NTSTATUS ZwQueryInformationTransaction(HANDLE TransactionHandle,
				       TRANSACTION_INFORMATION_CLASS TransactionInformationClass,
				       PVOID TransactionInformation,
				       ULONG TransactionInformationLength, PULONG ReturnLength)
{
	return STATUS_INVALID_HANDLE;
}
EXPORT_SYMBOL_GPL(ZwQueryInformationTransaction);
