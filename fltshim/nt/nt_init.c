// SPDX-License-Identifier: GPL-2.0
/*
 * Start and stop of the NT executive's parts, in order and in reverse. Nothing else lives here.
 */
#include "nt/ex_pool.h"
#include "nt/io_device.h"
#include "nt/io_irp.h"
#include "nt/io_workitem.h"
#include "nt/ke_dpc.h"
#include "nt/ke_wait.h"
#include "nt/mm_mdl.h"
#include "nt/mm_section.h"
#include "nt/nt_init.h"
#include "nt/ob_object.h"
#include "nt/ps_notify.h"
#include "nt/ps_thread.h"
#include "nt/seh.h"
#include "nt/seh_fault.h"
#include "nt/zw_registry.h"

int nt_init(void)
{
	int ret;

	pool_init();
	ke_wait_init();
	ke_dpc_init();
	ob_init();
	ret = seh_init();
	if (ret)
		return ret;
	ret = io_work_init();
	if (ret)
		return ret;
	ret = reg_init();
	if (ret)
		goto stop_work;
	ret = mm_mdl_init();
	if (ret)
		goto stop_registry;
	ret = io_files_init();
	if (ret)
		goto stop_mdl;
	seh_fault_init();
	return 0;

stop_mdl:
	mm_mdl_exit();
stop_registry:
	reg_exit();
stop_work:
	io_work_exit();
	return ret;
}

void nt_exit(void)
{
	seh_fault_exit();
	io_files_exit();
	io_irp_exit();
	mm_section_exit();
	mm_mdl_exit();
	io_work_exit();
	ke_dpc_exit();
	io_toplevel_exit();
	ps_notify_exit();
	ob_exit();
	ps_exit();
	reg_exit();
	pool_exit();
}
