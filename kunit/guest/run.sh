#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the tests of one boot, one after another; harness.py reads what it prints.
#
# /t/list has a test a line: NAME SECONDS FILE, the file system below, in /lower, and whose programs
# it sees, busybox's or those of /debian; and 1 if it is to do more.  For each it prints
#   begin NAME, what the test printed with "| " before it, then one of
#   ok NAME SECONDS / not ok NAME SECONDS WHY / skip NAME SECONDS WHY
# A test that cannot be killed, or leaves fltshim loaded, ends the boot: harness.py
# boots another guest for the tests after it.  Where the kernel can look for memory that is lost,
# a last test, "leaks", does.

leaks=/sys/kernel/debug/kmemleak
mkdir -p /tmp/work
# what the boot lost is not ours
[ ! -e $leaks ] || echo clear >$leaks
export TEST LOWER LOWER_FS MNT KERNEL LONG

# Taint flags but O, E and N.
taint() {
	echo $(($(cat /proc/sys/kernel/tainted) & ~(4096 | 8192 | 262144)))
}

now() {
	cut -d ' ' -f 1 /proc/uptime
}

# The tasks that are stuck, into the kernel log, which the host gets; and what those of the session
# $1 wait for, into what the test has printed.
dump() {
	for pid in $(ls /proc | grep '^[0-9]*$'); do
		session=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 4)
		[ "$session" = "$1" ] || continue
		echo "late: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
		head -n 12 "/proc/$pid/stack"
	done >>/tmp/out 2>/dev/null
	echo w >/proc/sysrq-trigger
	for pid in $(ls /proc | grep '^[0-9]*$'); do
		case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
		D*)
			echo "stuck: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" >/dev/kmsg
			;;
		esac
	done
}

# Kills what the session $1 runs once $2 seconds have passed.
watch_over() {
	sleep "$2"
	: >/tmp/late
	dump "$1"
	kill -KILL "-$1"
	sleep 20
	: >/tmp/stuck
	echo "not ok $TEST $2 did not end within $2 s and cannot be killed"
	kill -KILL $$
}

end_boot() {
	echo "$TEST: $*, ending this boot" >/dev/kmsg
	exit 1
}

while read -r TEST seconds file LOWER_FS root LONG; do
	MNT=/mnt/$TEST
	LOWER=/lower/$LOWER_FS/$TEST
	rm -rf "$LOWER" /tmp/work
	mkdir -p "$MNT" "$LOWER" /tmp/work
	rm -f /tmp/late
	echo "begin $TEST"
	tainted=$(taint)
	echo "test $TEST begins" >/dev/kmsg
	start=$(now)
	: >/tmp/out
	case $root in
	debian) root="chroot /debian" ;;
	*) root= ;;
	esac
	# (cd is for within the root)
	(exec setsid $root /bin/sh -c 'cd /tmp/work && exec "$1"' sh "$file") \
		</dev/null >>/tmp/out 2>&1 &
	pid=$!
	watch_over $pid "$seconds" 2>/dev/null &
	dog=$!
	wait $pid
	status=$?
	kill -KILL $dog 2>/dev/null
	wait $dog 2>/dev/null
	# What the test left running, it did not mean to.
	kill -KILL "-$pid" 2>/dev/null
	took=$(now | awk -v start="$start" '{ printf "%.1f", $1 - start }')
	echo "test $TEST ends" >/dev/kmsg
	why=$(grep -E '^failed: |^differs: |does not hold' /tmp/out | head -n 1)
	[ -n "$why" ] || why=$(tail -n 1 /tmp/out)
	if [ -e /tmp/late ]; then
		status=124
		why="did not end within $seconds s"
	fi
	sed 's/^/| /' /tmp/out
	case $status in
	0) echo "ok $TEST $took" ;;
	77) echo "skip $TEST $took $why" ;;
	124) echo "not ok $TEST $took $why" ;;
	*) echo "not ok $TEST $took status $status: $why" ;;
	esac
	if [ "$(taint)" -ne "$tainted" ]; then
		echo "not ok $TEST $took the kernel is tainted: flags $(taint)"
	fi
	if grep -q ' fltfs ' /proc/mounts || grep -q '^fltshim ' /proc/modules; then
		[ $status -ne 0 ] || echo "not ok $TEST $took left a mount or a module behind"
		end_boot "left a mount or a module behind"
	fi
	rm -rf "$LOWER"
	rmdir "$MNT"
done </t/list

# Memory that nothing points to any more, of all tests of this boot; what is younger than five
# seconds is not looked at.  The addresses in what it says of a module lie where that was loaded.
if [ -e $leaks ]; then
	TEST=leaks
	echo "begin $TEST"
	start=$(now)
	sleep 6
	echo scan >$leaks
	sleep 1
	echo scan >$leaks
	sed 's/^/| /' $leaks >/tmp/out
	took=$(now | awk -v start="$start" '{ printf "%.1f", $1 - start }')
	head -n 200 /tmp/out
	if [ -s /tmp/out ]; then
		echo "not ok $TEST $took $(grep -c 'unreferenced object' /tmp/out) pieces of memory are lost"
	else
		echo "ok $TEST $took"
	fi
fi
echo "end"
