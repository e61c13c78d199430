#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sector size that filters are told is that of the device below, whichever it is.
# needs: lower=ext4 filters=bufctx programs=e2fsprogs,util-linux modules=loop time=60
. /t/lib.sh

# told SIZE: the filter was told this size at the last mount
told() {
	[ "$(dmesg | sed -n 's/.*sectors of \([0-9]*\) bytes$/\1/p' | tail -n 1)" = "$1" ]
}

load_filter bufctx
for size in 512 1024 4096; do
	truncate -s 32M disk
	mkdir -p below
	loop=$(losetup -f --show -b $size disk) || die "no loop device"
	expect mkfs.ext4 -q -F "$loop"
	expect mount "$loop" below
	dmesg -c >/dev/null
	expect mount_flt '' "$PWD/below"
	echo text >"$MNT/file"
	same "the device has sectors of" "$(blockdev --getss "$loop")" $size
	proves BUF-081 told $size
	umount "$MNT"
	umount below
	losetup -d "$loop"
done

# no device at all
mount -t tmpfs none below
dmesg -c >/dev/null
expect mount_flt '' "$PWD/below"
echo text >"$MNT/file"
proves BUF-081 told 512
umount "$MNT"
umount below
