#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Routines of the NT executive: a driver that checks them when it is loaded, and breaks their
# rules when it is told to.
#
# needs: lower=any long-kernels=debug filters=nttest,passthru time=60
. /t/lib.sh

log() {
	dmesg | sed -n 's/^\[[^]]*\] *//; s/^Nttest: //p' >report
}

load_fltshim
dmesg -c >/dev/null
insmod /modules/nttest.ko || fail "nttest reports failures"
log
grep 'does not hold' report
for part in formats strings library truncation bytes wide search safe pool lists bitmaps tables \
	registry processes names notify \
	interlocked barriers bugcheck threads values path; do
	expect grep -q "^part $part ok" report
done
expect grep -q '^[1-9][0-9]* checks, 0 failed' report
proves SRC-96 grep -q 'checks, 0 failed' report
proves SRC-97 grep -q '^part formats ok' report
for part in library bytes wide search; do
	proves SRC-94 grep -q "^part $part ok" report
done
for part in formats truncation; do
	proves SRC-95 grep -q "^part $part ok" report
done
for line in 'mine: error 1' 'mine: warning 2' 'mine: trace 3' 'mine: info 4' 'mine: also trace 5' \
	'mine: by mask 6' 'other: error 7' 'listed: error 9 text' 'before listed: error 9 text' \
	'printed 10'; do
	proves SRC-96 grep -qx "$line" report
done
# What KdPrint prints is for checked builds.
if grep -qx 'build checked' report; then
	proves SRC-96 grep -qx 'checked: error 12' report
else
	proves SRC-96 expect sh -c '! grep -q "^checked:" report'
fi
proves SRC-98 grep -q '^part formats ok' report
proves FIELD-01 grep -q '^part formats ok' report
proves SRC-113 grep -q '^part pool ok' report
proves FIELD-21 grep -q '^part names ok' report
proves SRC-160 expect sh -c "dmesg | grep -q 'Nttest asks for routine NoSuchRoutine'"

proves SRC-109 grep -q '^part interlocked ok' report
proves SRC-110 grep -q '^part barriers ok' report
proves SRC-112 grep -q '^part bugcheck ok' report
proves SRC-112 sh -c "dmesg | grep -q '[Nn]ttest.*0x0*[eE]2\b'"
proves SRC-137 grep -q '^part threads ok' report
proves INF-32 grep -q '^part values ok' report
proves INF-33 grep -q '^part values ok' report
proves SRC-158 grep -q '^part path ok' report
proves FIELD-02 grep -q '^part path ok' report

proves SRC-134 grep -q '^part notify ok' report
proves SRC-135 grep -q '^part notify ok' report

# What the .inf says, and what is said at load: that is listed as the module's parameter (INF-34).
load_filter passthru
plain=$(cat /sys/fs/fltshim/filters/*/altitude)
expect unload_filter passthru
load_filter passthru 'params="Instances\Passthru Instance\Altitude=385200.5;Parameters\New=7"'
proves INF-34 [ "$(cat /sys/fs/fltshim/filters/*/altitude)" = 385200.5 ]
expect [ "$plain" != 385200.5 ]
proves INF-34 grep -q 'Altitude=385200.5;Parameters.New=7' /sys/module/passthru/parameters/params
expect unload_filter passthru
proves INF-34 refuse insmod /modules/passthru.ko 'params=Instances\Nobody\Flags=1'
proves INF-34 sh -c "dmesg | grep -q 'Nobody.Flags=1. is no Key'"
load_filter passthru
proves INF-34 [ "$(cat /sys/fs/fltshim/filters/*/altitude)" = "$plain" ]
expect unload_filter passthru

# Processes: busybox is the shell here, so other programs are run by their own names.
cp /bin/busybox denied
cp /bin/busybox cat
dmesg -c >/dev/null
expect ./cat </dev/null
refuse ./denied true
log
proves SRC-132 grep -q '^process [0-9]* begins, by [0-9]*: .*\\cat: ./cat$' report
proves FIELD-22 grep -q '^process [0-9]* runs .*\\cat$' report
id=$(sed -n 's/^process \([0-9]*\) runs .*\\cat$/\1/p' report | head -n 1)
wait_for eval 'log; grep -q "^process $id ends" report' || fail "process $id does not end"
expect grep -q '^process [0-9]* begins, by .*\\denied:' report
expect sh -c "dmesg | grep -q 'Nttest denie[s] process'"
expect [ "$(grep -c 'wrong place' report)" = 0 ]
expect rmmod nttest
# (what grep is asked for is in the log too)
dmesg | grep 'Nttest mi[s]used' && fail "rules that are kept are said to be broken"

# The level's mask, and the one component that is wanted.
parameters=/sys/module/fltshim/parameters
echo 3 >$parameters/dbg_level_mask
dmesg -c >/dev/null
insmod /modules/nttest.ko || fail "nttest reports failures"
log
for line in 'mine: error 1' 'mine: warning 2' 'mine: by mask 6' 'other: error 7'; do
	proves SRC-96 grep -qx "$line" report
done
proves SRC-96 expect sh -c '! grep -q "^mine: trace\|^mine: info\|^mine: also" report'
expect rmmod nttest
echo 4294967295 >$parameters/dbg_level_mask
echo 77 >$parameters/dbg_component
dmesg -c >/dev/null
insmod /modules/nttest.ko || fail "nttest reports failures"
log
for line in 'mine: error 1' 'mine: info 4' 'listed: error 9 text'; do
	proves SRC-96 grep -qx "$line" report
done
proves SRC-96 expect sh -c '! grep -q "other:\|^part" report'
expect rmmod nttest
echo -1 >$parameters/dbg_component

# Broken rules are named, and nothing worse happens. The log takes ten such lines in five seconds,
# and some came above.
sleep 5
dmesg -c >/dev/null
echo 0 >/proc/sys/kernel/printk_ratelimit
insmod /modules/nttest.ko 'params=Parameters\Misuse=1' || fail "nttest does not load"
log
expect grep -q '^rules broken' report
dmesg >all
proves FIELD-15 grep -q "ExFreePoolWithTag: block .* is tagged 'Test', not 'Wrng'" all
proves FIELD-15 [ "$(grep -c 'ExFreePool: no pool block starts at' all)" = 4 ]
proves IRQL-12 grep -q 'ExAllocatePoolWithTag: 100 bytes of paged pool' all
expect grep -q 'ObDereferenceObject: .* is no object' all
expect grep -q 'ZwClose: 0x1234 is no handle' all
expect rmmod nttest
dmesg >all
proves FIELD-15 grep -q "DriverUnload: 1 pool blocks of 100 bytes tagged 'Isde' were never freed" all
expect grep -q 'DriverUnload: handle .* of type Key was never closed' all
# (that block, which only its owner may free)
lost_memory 1
