#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Mounts that cannot be: each is refused with a message in the kernel log that names what is
# wrong, and leaves nothing behind.
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
touch "$LOWER/file"
refused_with "$LOWER/file is not a directory" mount -t fltfs "$LOWER/file" "$MNT"
refused_with "proc" mount -t fltfs /proc "$MNT"

# one fltfs on another, as deep as the kernel lets file systems stack
mounts=0
below=$LOWER
mkdir "$LOWER/1" "$LOWER/2" "$LOWER/3" "$LOWER/4"
if mount -t fltfs "$LOWER" "$MNT" 2>/dev/null; then
	mounts=1
	refused_with "" mount -t fltfs "$MNT/absent" "$LOWER/1"
	umount "$MNT"
	mounts=0
fi

# not as an ordinary user, and not in a user name space of one's own
cat >/tmp/work/try <<'END'
mount -t fltfs "$1" "$2"
END
chmod 755 /tmp/work
refuse su user -c "mount -t fltfs $LOWER $MNT"
grep -qi "permitted\|root\|permission" /tmp/work/why || fail "mount as a user: $(cat /tmp/work/why)"
if unshare -Ur true 2>/dev/null; then
	refuse unshare -Urm mount -t fltfs "$LOWER" "$MNT"
fi
same "mounts at the end" "$(grep -c ' fltfs ' /proc/mounts)" 0
expect rmmod fltshim
