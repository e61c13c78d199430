#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# First process of a guest: brings it up, runs the script, reports, powers off.
#
# Put into the initramfs by guest_image.py, driven by /etc/guest/settings, whose
# lines are:  root DEVICE | enter | disk DEVICE TYPE FOLDER | mount TYPE SOURCE FOLDER |
# load MODULE [ARGS] | env NAME=VALUE | sysctl NAME VALUE | shell
# Reports on the virtio port "ctl", one word and its value a line; the script's
# output goes to "out", the kernel log to "log".  A failure here ends the first
# process, so the kernel panics and the host sees it.

set -e
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
ln -sf /proc/self/fd /dev/fd

while read -r module; do
	insmod "/lib/boot/$module"
done </etc/guest/boot-modules

port() {
	for name in /sys/class/virtio-ports/*/name; do
		[ -e "$name" ] || continue
		[ "$(cat "$name")" = "$1" ] || continue
		dir=${name%/name}
		[ -e "/dev/${dir##*/}" ] && echo "/dev/${dir##*/}" && return 0
	done
	return 1
}

tries=0
until out=$(port out) && ctl=$(port ctl) && log=$(port log); do
	tries=$((tries + 1))
	if [ $tries -gt 200 ]; then
		echo "guest: no report channel" >/dev/console
		exit 1
	fi
	sleep 0.05
done
exec 8>"$ctl"

say() {
	echo "$*" >&8
}

# Panic on what must never happen; long limits, because emulation is slow.
echo 1 >/proc/sys/kernel/panic_on_warn
echo 1 >/proc/sys/kernel/panic_on_oops
echo 120 >/proc/sys/kernel/hung_task_timeout_secs
echo 1 >/proc/sys/kernel/hung_task_panic
echo 1 >/proc/sys/kernel/softlockup_panic
echo 30 >/proc/sys/kernel/watchdog_thresh
hostname guest
ip link set lo up

root=
enter=
shell=
while read -r what one two three; do
	case $what in
	root)
		mkdir -p /debian
		mount -t ext4 "/dev/$one" /debian
		root=/debian
		;;
	enter)
		# by absolute paths: a shell of busybox takes its own applets before programs
		enter="chroot /debian"
		;;
	disk)
		mkdir -p "$three"
		# a file that is truncated and written anew is not flushed when it is closed
		[ "$two" = ext4 ] && options=noauto_da_alloc || options=defaults
		mount -t "$two" -o $options "/dev/$one" "$three"
		;;
	mount)
		mkdir -p "$three"
		mount -t "$one" "$two" "$three"
		;;
	load)
		if ! insmod "/modules/$one" $two $three 2>/tmp/why; then
			say "error cannot load $one: $(cat /tmp/why)"
			echo "guest: cannot load $one: $(cat /tmp/why)" >/dev/console
		fi
		;;
	env)
		export "$one"
		;;
	sysctl)
		echo "$two" >"/proc/sys/$one"
		;;
	shell)
		shell=1
		;;
	esac
done </etc/guest/settings

if [ -n "$root" ]; then
	for dir in proc sys dev tmp modules; do
		mount --rbind /$dir $root/$dir
	done
	cp -a /etc/guest $root/etc/
	for dir in /*; do
		case $dir in
		/bin | /dev | /debian | /etc | /init | /lib* | /modules | /proc | /root | /run | /sys | /tmp) ;;
		*)
			mkdir -p "$root$dir"
			mount --rbind "$dir" "$root$dir"
			;;
		esac
	done
fi

say ready
if [ -n "$shell" ]; then
	stty sane </dev/console 2>/dev/null || true
	setsid -c $enter /bin/sh -l </dev/ttyS0 >/dev/ttyS0 2>&1 || true
	poweroff -f
fi

set +e
( cd /root && exec 8>&- && exec $enter /bin/sh /etc/guest/script ) </dev/null >"$out" 2>&1
status=$?
dmesg >"$log"
# Where locks are checked, they are until the end: lockdep ends itself at its first doubt.
if grep -q '^ debug_locks: *0$' /proc/lockdep_stats 2>/dev/null; then
	say "lockdep off"
fi
say "taint $(cat /proc/sys/kernel/tainted)"
say "exit $status"
sleep 0.1
poweroff -f
