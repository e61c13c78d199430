#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# File systems below: btrfs, with subvolumes, and what the C tests do there and on an overlayfs.
# needs: kernels=6.12 long-kernels=6.1 lower=ext4 filters=probe,passthru,deferwork,swapbuf
# needs: modules=btrfs,overlay,loop
# needs: programs=btrfs-progs,e2fsprogs,kmod uses=random,twin-names,twin-data time=240 long=3600
. /t/lib.sh

# Everything that the filter printed since the last call, into the file $1.
seen() {
	sleep 0.1
	dmesg -c | sed -n 's/.*probe: \([<>=]\)/\1/p' >"/tmp/work/$1"
}

truncate -s 200M /tmp/work/image
expect mkfs.btrfs -q /tmp/work/image
loop=$(losetup -f)
expect losetup "$loop" /tmp/work/image
mkdir -p /mnt/btrfs /mnt/over
expect mount -t btrfs "$loop" /mnt/btrfs
mkdir /mnt/btrfs/calls
programs=random
sequences=2
# (The million of calls of the long run are those over ext4, xfs and tmpfs.)
[ "$LONG" = 1 ] && programs="random twin-names twin-data" && sequences=20
calls() {
	env LONG= SEQUENCES=$sequences LOWER="$1" LOWER_FS="$2" "/t/uses/$3"
}
for program in $programs; do
	rm -rf /mnt/btrfs/calls/*
	proves VFS-994 calls /mnt/btrfs/calls btrfs "$program"
done

expect btrfs -q subvolume create /mnt/btrfs/one
expect btrfs -q subvolume create /mnt/btrfs/two
echo 1 >/mnt/btrfs/one/f
echo 22 >/mnt/btrfs/two/f
same "numbers of inodes" "$(stat -c %i /mnt/btrfs/one/f)" "$(stat -c %i /mnt/btrfs/two/f)"
load_filter probe
expect mount_flt "" /mnt/btrfs
dmesg -c >/dev/null
device_one=$(stat -c %d "$MNT/one/f")
device_two=$(stat -c %d "$MNT/two/f")
seen stat
proves VFS-994 test "$device_one" != "$device_two"
same "the file of one" "$(cat "$MNT/one/f")" 1
same "the file of two" "$(cat "$MNT/two/f")" 22
# filters know files by one number, which has to be theirs alone
proves VFS-838 test "$(sed -n 's/^= ino=\([0-9]*\) .*/\1/p' /tmp/work/stat | sort -u | wc -l)" = 2
number=$(stat -c %i "$MNT/calls")
dmesg -c >/dev/null
stat "$MNT/calls" >/dev/null
seen plain
proves VFS-838 grep -q "^= ino=$number " /tmp/work/plain
# from one to the other: shown in full, and refused below
dmesg -c >/dev/null
refuse ln "$MNT/one/f" "$MNT/two/g"
seen link
proves VFS-994 grep -q "^< 6.0 .* st=c00000d4 " /tmp/work/link
proves VFS-994 sh -c "! test -e $MNT/two/g"
expect mv "$MNT/one/f" "$MNT/two/g"
same "moved by copying" "$(cat /mnt/btrfs/two/g)" 1
# the tool asks what kind of file system it is, so below
expect btrfs -q subvolume snapshot /mnt/btrfs/two /mnt/btrfs/three
same "in the snapshot" "$(cat "$MNT/three/g")" 1
expect umount "$MNT"
expect unload_filter probe
expect rmmod fltshim
expect umount /mnt/btrfs
expect losetup -d "$loop"

mkdir -p "$LOWER/lo" "$LOWER/up" "$LOWER/wk"
expect mount -t overlay -o "lowerdir=$LOWER/lo,upperdir=$LOWER/up,workdir=$LOWER/wk" overlay \
	/mnt/over
for program in $programs; do
	mkdir /mnt/over/calls
	proves VFS-995 calls /mnt/over/calls overlay "$program"
	rm -rf /mnt/over/calls
done
expect umount /mnt/over
