#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Two filters with one altitude, and two with one name: the second is not attached (not loaded),
# the log names both, and the first works on.
# needs: lower=any long-kernels=debug filters=passthru,spy time=60 parallel=yes
. /t/lib.sh
load_filter passthru
expect mount_flt
echo text >"$MNT/f"
passthru=$(filter_dir passthru)
altitude=$(cat "$passthru/altitude")
before=$(cat "$passthru/instances")

# the .inf of spy says another altitude; who loads it can say this one
for written in "$altitude" "0$altitude.00"; do
	dmesg -c >/dev/null
	load_filter spy "params=\"Parameters\\Instances\\Spy Instance\\Altitude=$written;Parameters\\DebugFlags=0\""
	same "the altitude that was asked for" "$(cat "$(filter_dir spy)/altitude")" "$written"
	same "the text" "$(cat "$MNT/f")" text
	dmesg >/tmp/work/log
	grep -qi "filter spy is not attached to $LOWER.*filter passthru has its altitude" \
		/tmp/work/log || fail "the log names not both filters: $(cat /tmp/work/log)"
	same "instances of spy" "$(cat "$(filter_dir spy)/instances")" ""
	same "instances of passthru" "$(cat "$passthru/instances")" "$before"
	expect unload_filter spy
done

# one that collides stays without the volume even when the other goes, but can have a new one
load_filter spy "params=\"Parameters\\Instances\\Spy Instance\\Altitude=$altitude;Parameters\\DebugFlags=0\""
same "the text" "$(cat "$MNT/f")" text
expect unload_filter passthru
expect umount "$MNT"
expect mount_flt
same "the text" "$(cat "$MNT/f")" text
expect grep -q "^$altitude *$LOWER " "$(filter_dir spy)/instances"
expect unload_filter spy

# no altitude at all, and one that is no number
for wrong in "" none 37x 1..2 -5; do
	dmesg -c >/dev/null
	if refuse insmod /modules/spy.ko "params=\"Parameters\\Instances\\Spy Instance\\Altitude=$wrong\""; then
		dmesg >/tmp/work/log
		grep -qi "spy.*altitude" /tmp/work/log ||
			fail "altitude '$wrong': the log says nothing of it: $(cat /tmp/work/log)"
	fi
	same "filters after the altitude '$wrong'" "$(ls /sys/fs/fltshim/filters)" ""
	expect [ "$(grep -c '^spy ' /proc/modules)" = 0 ]
done
same "the text" "$(cat "$MNT/f")" text
expect umount "$MNT"
expect rmmod fltshim
