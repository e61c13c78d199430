#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mounts that cannot be: each is refused with a message in the kernel log that names what is
# wrong, and leaves nothing behind.
# needs: modules=overlay
. /t/lib.sh
load_fltshim

# refused_with PATTERN COMMAND...: fails, and the log says why
refused_with() {
	pattern=$1
	shift
	dmesg -c >/dev/null
	refuse "$@"
	dmesg >/tmp/work/log
	grep -q "fltfs.*$pattern" /tmp/work/log ||
		fail "the log does not say '$pattern' but: $(cat /tmp/work/log)"
	same "mounts after $*" "$(grep -c ' fltfs ' /proc/mounts)" "${mounts:-0}"
}

refused_with "unknown mount option \"nonsense\"" mount -t fltfs -o nonsense "$LOWER" "$MNT"
refused_with "unknown mount option \"size\"" mount -t fltfs -o size=1k "$LOWER" "$MNT"
refused_with "$LOWER/absent" mount -t fltfs "$LOWER/absent" "$MNT"
# a FIFO, because mount(8) makes a loop device of a regular file
mkfifo "$LOWER/fifo"
refused_with "$LOWER/fifo is not a directory" mount -t fltfs "$LOWER/fifo" "$MNT"
refused_with "proc" mount -t fltfs /proc "$MNT"

# one fltfs on another
expect mount -t fltfs "$LOWER" "$MNT"
mounts=1
mkdir /mnt/second
refused_with "$MNT is on fltfs itself" mount -t fltfs "$MNT" /mnt/second
umount "$MNT"
mounts=0

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
# one overlay is not too deep
expect mount -t fltfs /mnt/one "$MNT"
expect touch "$MNT/through-both"
expect test -e "$LOWER/one-upper/through-both"
umount "$MNT"
umount /mnt/one

# not as an ordinary user, and not in a user name space of one's own
chmod 755 /tmp/work
refuse su user -c "mount -t fltfs $LOWER $MNT"
grep -qi "permitted\|root\|permission" /tmp/work/why || fail "mount as a user: $(cat /tmp/work/why)"
if unshare -Ur true 2>/dev/null; then
	refuse unshare -Urm mount -t fltfs "$LOWER" "$MNT"
fi
same "mounts at the end" "$(grep -c ' fltfs ' /proc/mounts)" 0
expect rmmod fltshim
