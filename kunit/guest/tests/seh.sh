#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Structured exception handling: a driver that checks it when it is loaded (also while a tracer
# hooks returns), and a minifilter that raises where nothing handles it; on all processors and on
# one.
#
# needs: lower=any kernels=6.1,6.12,debug filters=sehtest,sehloose,cxxtest time=120 parallel=yes
. /t/lib.sh

report() {
	dmesg -c >/dev/null
	insmod /modules/sehtest.ko "$@"
	status=$?
	dmesg | sed -n 's/^\[[^]]*\] *//; s/.*sehtest: //p' >report
	grep 'does not hold' report
	return $status
}

# processors 0|1: take all processors but the first from the kernel, or give them back
processors() {
	for state in /sys/devices/system/cpu/cpu[1-9]*/online; do
		echo "$1" >"$state" || fail "$state does not become $1"
	done
}

# What the driver checks of itself when it is loaded, all of it on the processors that there are
exceptions() {
	report || fail "sehtest reports failures"
	for row in SRC-11 SRC-12 SRC-13 SRC-15 SRC-16 SRC-17 SRC-18 SRC-23 SRC-24 SRC-25 \
		SRC-68 SRC-81 SRC-101 SRC-129; do
		proves $row grep -q "row $row ok" report
		expect [ "$(grep -c "row $row failed" report)" = 0 ]
	done
	expect grep -q '[1-9][0-9]* checks, 0 failed' report
	proves SRC-10 grep -q '[1-9][0-9]* checks, 0 failed' report
	expect rmmod sehtest

	# Addresses that are none (SRC-30 to SRC-37).  A sanitizer would stop at them before the
	# processor.
	if [ "$KERNEL" != debug ]; then
		report 'params=Parameters\Faults=1' || fail "sehtest reports failures with bad addresses"
		for row in SRC-30 SRC-31 SRC-35 SRC-37; do
			proves $row grep -q "row $row ok" report
		done
		expect sh -c "! dmesg | grep -q 'BUG:\|Oops\|divide error'"
		expect rmmod sehtest
	fi
}

# Nobody handles it: the operation fails, the filter is named, the machine goes on (SRC-22).
unhandled() {
	load_filter sehloose
	mount_flt
	dmesg -c >/dev/null
	echo text >"$LOWER/raise-pre"
	echo text >"$LOWER/raise-post"
	echo text >"$LOWER/plain"
	for round in 1 2 3; do
		refuse cat "$MNT/raise-pre"
		proves SRC-22 grep -qi 'no space' /tmp/work/why
		proves SRC-22 refuse cat "$MNT/raise-post"
		proves SRC-22 [ "$(cat "$MNT/plain")" = text ]
	done
	proves SRC-12 [ "$(dmesg | grep -c 'sehloose: the finally block ran')" = 3 ]
	proves SRC-22 [ "$(dmesg | grep -ci 'sehloose.*pre-operation callback.*raised 0xc000007f')" -ge 1 ]
	umount "$MNT"
	proves SRC-22 unload_filter sehloose
}

load_fltshim
exceptions
unhandled

# The same on one processor.
processors 0
expect [ "$(grep -c '^processor' /proc/cpuinfo)" = 1 ]
exceptions
unhandled

# A return hook on a function that is jumped over would crash the machine (SRC-27). Still on one
# processor: patching code while another one runs it makes the emulator fall over now and then,
# without any module of ours, since an int3 that was taken back is still executed.
mount -t tracefs none /sys/kernel/tracing 2>/dev/null
if grep -q function_graph /sys/kernel/tracing/available_tracers 2>/dev/null; then
	# what lies around and below a raise; tracing all of the kernel takes minutes here
	for functions in ':mod:fltshim' 'vprintk*' 'console_*' '_raw_spin_*'; do
		echo "$functions" >>/sys/kernel/tracing/set_ftrace_filter
	done
	echo function_graph >/sys/kernel/tracing/current_tracer
	proves SRC-27 report
	echo nop >/sys/kernel/tracing/current_tracer
	expect grep -q fsh_driver_load /sys/kernel/tracing/set_ftrace_filter
	: >/sys/kernel/tracing/set_ftrace_filter
	rmmod sehtest
fi
processors 1

# The same and more in C++ (SRC-140 to SRC-149).
dmesg -c >/dev/null
insmod /modules/cxxtest.ko || fail "cxxtest reports failures"
dmesg | sed -n 's/^\[[^]]*\] *//; s/.*cxxtest: //p' >report
grep 'does not hold' report
for row in SRC-142 SRC-143 SRC-144 SRC-147 SRC-149; do
	proves $row grep -q "row $row ok" report
	expect [ "$(grep -c "row $row failed" report)" = 0 ]
done
proves SRC-140 grep -q '[1-9][0-9]* checks, 0 failed' report
proves SRC-141 grep -q '[1-9][0-9]* checks, 0 failed' report
dmesg -c >/dev/null
expect rmmod cxxtest
# What was made last is destroyed first, after the unload.
dmesg | sed -n 's/^\[[^]]*\] *//; s/.*cxxtest: //p' >report
printf '%s\n' 'unload' 'object 2 ends, 102' 'the other source ends' 'object 1 ends, 101' \
	'object 0 ends, 100' >wanted
proves SRC-142 cmp report wanted
expect sh -c '! dmesg | grep -q "pool blocks"'

# A constructor that raises is as good as a DriverEntry that does. (insmod may try it twice.)
dmesg -c >/dev/null
proves SRC-142 refuse insmod /modules/cxxtest.ko 'params=Parameters\Raise=1'
proves SRC-142 sh -c 'dmesg | grep -qi "cxxtest: DriverEntry raised 0xc000007f"'
dmesg | sed -n 's/^\[[^]]*\] *//; s/.*cxxtest: //p' | grep ends | head -n 2 >report
printf '%s\n' 'object 1 ends, 101' 'object 0 ends, 100' >wanted
proves SRC-142 cmp report wanted
expect sh -c '! dmesg | grep -q "pool blocks"'

# A fault outside every try ends the call into the filter, where the administrator has said so
# (SRC-36).  By default it is an oops, after which nothing is to be trusted.
if [ "$KERNEL" != debug ]; then
	expect rmmod fltshim
	load_fltshim catch_faults=1
	load_filter sehloose
	mount_flt
	dmesg -c >/dev/null
	echo text >"$LOWER/fault-pre"
	echo text >"$LOWER/fault-post"
	for round in 1 2 3; do
		proves SRC-36 refuse cat "$MNT/fault-pre"
		proves SRC-36 refuse cat "$MNT/fault-post"
		proves SRC-36 [ "$(cat "$MNT/plain")" = text ]
	done
	proves SRC-36 [ "$(dmesg | grep -ci 'sehloose.*pre-operation callback.*raised 0xc0000005')" -ge 1 ]
	expect sh -c "! dmesg | grep -q 'BUG:\|Oops'"
	umount "$MNT"
	proves SRC-36 unload_filter sehloose
	expect [ "$(cat /sys/module/fltshim/parameters/catch_faults)" = Y ]
	expect rmmod fltshim
	load_fltshim
	proves SRC-36 [ "$(cat /sys/module/fltshim/parameters/catch_faults)" = N ]
fi
