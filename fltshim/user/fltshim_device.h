/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * For programs: how a control code is sent to a device that a minifilter has made with
 * IoCreateDevice(). The device is /dev/fltshim/NAME, with the last part of its name or of a
 * symbolic link to it.
 */
#ifndef FLTSHIM_DEVICE_H
#define FLTSHIM_DEVICE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct fltshim_control - one request, as DeviceIoControl() has it
 * @code: control code, as CTL_CODE() makes it
 * @status: receives the NTSTATUS
 * @in: address of the input
 * @out: address for the output
 * @in_size: bytes of input
 * @out_size: room for output
 * @returned: receives how many bytes of output there are
 * @reserved: 0
 */
struct fltshim_control {
	__u32 code;
	__u32 status;
	__u64 in;
	__u64 out;
	__u32 in_size;
	__u32 out_size;
	__u32 returned;
	__u32 reserved;
};

/* Fails with the errno that is nearest to the status, which is there in any case but EFAULT. */
#define FLTSHIM_CONTROL	_IOWR('F', 0xd0, struct fltshim_control)

/* What is larger is refused. */
#define FLTSHIM_CONTROL_MAX	(16 << 20)

#endif
