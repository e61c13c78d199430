// SPDX-License-Identifier: GPL-2.0
/*
 * The words of structured exception handling, for minifilter sources. The statements themselves
 * are made by scripts/minifilter; here are the names that the preprocessor has to replace.
 */
#ifndef _FSH_EXCPT_H
#define _FSH_EXCPT_H

#include "fsh/seh.h"

/* In C++ these are keywords or names of others. */
#ifndef __cplusplus
#define try __try
#define except __except
#define finally __finally
#define leave __leave
#endif

/* __fsh_x, __fsh_i and __fsh_ab are names that the rewriter binds to the statement around. */
#define GetExceptionCode() (__fsh_x.code)
#define GetExceptionInformation() (fsh_seh_information(&__fsh_x, &__fsh_i))
#define AbnormalTermination() (__fsh_ab)

#define _exception_code() GetExceptionCode()
#define _exception_info() GetExceptionInformation()
#define _abnormal_termination() AbnormalTermination()
#define exception_code() GetExceptionCode()
#define exception_info() GetExceptionInformation()
#define abnormal_termination() AbnormalTermination()
#define __exception_code() GetExceptionCode()
#define __exception_info() GetExceptionInformation()
#define __abnormal_termination() AbnormalTermination()

#endif /* _FSH_EXCPT_H */
