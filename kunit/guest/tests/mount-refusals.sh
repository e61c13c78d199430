#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mounts that cannot be: each is refused with one sentence in the kernel log that names what is
# wrong, and leaves nothing behind.
# needs: lower=any long-kernels=debug modules=overlay
. /t/lib.sh
load_fltshim

# traces: all that a mount could leave; the references to fltshim count its super blocks
traces() {
	grep -c ' fltfs ' /proc/mounts
	sed -n 's/^fltshim [0-9]* \([0-9]*\) .*/\1/p' /proc/modules
	find /sys/fs/fltshim /sys/kernel/debug/fltshim | sort
	cat /sys/kernel/debug/fltshim/operations
}

# refused_with PATTERN COMMAND...: fails, and the log says why and no more (what is there before it
# is what was there after the last one, unless that is forgotten)
refused_with() {
	pattern=$1
	shift
	[ -e /tmp/work/before ] || traces >/tmp/work/before
	dmesg -c >/dev/null
	refuse "$@"
	dmesg >/tmp/work/log
	grep -q "fltfs: .*$pattern" /tmp/work/log ||
		fail "the log does not say '$pattern' but: $(cat /tmp/work/log)"
	same "lines in the log after $*" "$(grep -c . /tmp/work/log)" 1
	same "what is there after $*" "$(traces)" "$(cat /tmp/work/before)"
}

refused_with "unknown mount option \"nonsense\"" mount -t fltfs -o nonsense "$LOWER" "$MNT"
refused_with "unknown mount option \"size\"" mount -t fltfs -o size=1k "$LOWER" "$MNT"
refused_with "$LOWER/absent" mount -t fltfs "$LOWER/absent" "$MNT"
# a FIFO, because mount(8) makes a loop device of a regular file
mkfifo "$LOWER/fifo"
refused_with "$LOWER/fifo is not a directory" mount -t fltfs "$LOWER/fifo" "$MNT"
refused_with "proc" mount -t fltfs /proc "$MNT"
# what is below is gone again, so no refusal kept hold of it
mkdir /mnt/own
mount -t tmpfs none /mnt/own
mkfifo /mnt/own/fifo
rounds="1 2 3 4 5"
[ "$KERNEL$LONG" = debug ] && rounds=1
for round in $rounds; do
	refused_with "/mnt/own/absent" mount -t fltfs /mnt/own/absent "$MNT"
	refused_with "/mnt/own/fifo is not a directory" mount -t fltfs /mnt/own/fifo "$MNT"
	refused_with "\"nonsense\"" mount -t fltfs -o nonsense=1 /mnt/own "$MNT"
done
expect umount /mnt/own

# one fltfs on another
expect mount -t fltfs "$LOWER" "$MNT"
rm -f /tmp/work/before
mkdir /mnt/second
refused_with "$MNT is on fltfs itself" mount -t fltfs "$MNT" /mnt/second
expect umount "$MNT"
rm -f /tmp/work/before

# deeper than the kernel lets file systems stack: two overlays, and then fltfs
overlay() {
	mkdir -p "$LOWER/$1-upper" "$LOWER/$1-work" "/mnt/$1"
	mount -t overlay -o "lowerdir=$2,upperdir=$LOWER/$1-upper,workdir=$LOWER/$1-work" none "/mnt/$1"
}
mkdir "$LOWER/bottom"
expect overlay one "$LOWER/bottom"
expect mount -t overlay -o "lowerdir=/mnt/one:$LOWER/bottom" none /mnt/second
refused_with "/mnt/second is on overlay, at stack depth 2: the kernel allows no more" mount -t fltfs /mnt/second "$MNT"
umount /mnt/second
# what has to hear of each open
refused_with "\"open\" cannot be \"reuse\": overlay" mount -t fltfs -o open=reuse /mnt/one "$MNT"
# one overlay is not too deep
expect mount -t fltfs /mnt/one "$MNT"
expect touch "$MNT/through-both"
expect test -e "$LOWER/one-upper/through-both"
umount "$MNT"
umount /mnt/one

# no swapping through the mount, though a file of the same kind below would do
expect mount -t fltfs "$LOWER" "$MNT"
dd if=/dev/zero of="$MNT/swap" bs=64k count=8 2>/dev/null
chmod 600 "$MNT/swap"
expect mkswap "$MNT/swap" >/dev/null
refuse swapon "$MNT/swap"
expect grep -q 'Invalid argument' /tmp/work/why
umount "$MNT"
if [ "$LOWER_FS" = ext4 ]; then
	expect swapon "$LOWER/swap"
	swapoff "$LOWER/swap"
fi

# not as an ordinary user, nor as root of a user name space of one's own
chmod 755 /tmp/work
for way in "" "unshare -Urm"; do
	[ -z "$way" ] || expect su user -c "$way mount -t tmpfs none /mnt"
	traces >/tmp/work/before
	refuse su user -c "$way mount -t fltfs $LOWER $MNT"
	grep -qi "permission denied\|not permitted" /tmp/work/why ||
		fail "mount as a user${way:+ with $way}: $(cat /tmp/work/why)"
	same "what is there after a user tried" "$(traces)" "$(cat /tmp/work/before)"
done
same "mounts at the end" "$(grep -c ' fltfs ' /proc/mounts)" 0
expect rmmod fltshim
expect test ! -e /sys/fs/fltshim
expect test ! -e /sys/kernel/debug/fltshim
