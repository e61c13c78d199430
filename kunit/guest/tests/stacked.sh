#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# fltfs under overlayfs, as its upper and its lower layer; over overlayfs; and under a loop device:
# they work as on any file system, and a filter is shown what they do.
# needs: kernels=6.1,6.12 lower=ext4,xfs filters=probe modules=overlay,loop time=60 parallel=yes
. /t/lib.sh

# Everything that the filter printed since the last call, into the file $1.
seen() {
	sleep 0.1
	dmesg -c | sed -n 's/.*probe: \([<>]\)/\1/p' >"/tmp/work/$1"
}

# shown FILE PATTERN: some pre-operation in it matches.
shown() {
	grep -Eq "^> $2" "/tmp/work/$1"
}

load_filter probe
mkdir -p "$LOWER/lo/d" "$LOWER/up" "$LOWER/wk" /mnt/overlay
echo old >"$LOWER/lo/f"
echo gone >"$LOWER/lo/g"
echo move >"$LOWER/lo/d/m"
expect mount_flt

# above: copy-up, whiteout, redirect, new names
expect mount -t overlay -o "lowerdir=$MNT/lo,upperdir=$MNT/up,workdir=$MNT/wk" overlay /mnt/overlay
dmesg -c >/dev/null
same "through both" "$(cat /mnt/overlay/f)" old
stat /mnt/overlay/f >/dev/null
echo new >/mnt/overlay/f || fail "no copy-up"
rm /mnt/overlay/g || fail "no whiteout"
mkdir /mnt/overlay/n && mv /mnt/overlay/n /mnt/overlay/n2 || fail "no new folder"
echo x >/mnt/overlay/d/x && rm -r /mnt/overlay/d || fail "no removal of a merged folder"
seen above
same "copied up" "$(cat "$LOWER/up/f")" new
same "the layer below" "$(cat "$LOWER/lo/f")" old
proves VFS-647 test -c "$LOWER/up/g"
proves VFS-647 shown above '0\.0 .* name=\\up\\f'
proves VFS-647 shown above '4\.0 '
# an attribute trusted.overlay.*, a mode or owner, a rename
proves VFS-647 shown above '8\.0 '
proves VFS-647 shown above '21\.0 '
# a descriptor of the overlay that is closed is not the last of the file below
proves VFS-119 sh -c "! grep -q '^> [34][.]0 .* ff=[0-9a-f]*[4567cdef][0-9a-f][0-9a-f][0-9a-f] ' /tmp/work/above"
proves VFS-308 shown above '249\.0 '
proves VFS-647 shown above '6\.0 .* a=a '
echo 2 >/proc/sys/vm/drop_caches
same "after all was forgotten" "$(cat /mnt/overlay/f; ls /mnt/overlay)" "new
f
n2"
expect umount /mnt/overlay

# a loop device over a file: its worker's requests are the kernel's
truncate -s 8M "$MNT/image" || fail "no image"
loop=$(losetup -f)
expect losetup "$loop" "$MNT/image"
dmesg -c >/dev/null
dd if=/dev/urandom of=/tmp/work/data bs=64k count=16 2>/dev/null
expect dd if=/tmp/work/data of="$loop" bs=64k conv=fsync 2>/dev/null
echo 3 >/proc/sys/vm/drop_caches
expect dd if="$loop" of=/tmp/work/back bs=64k count=16 2>/dev/null
seen loop
proves VFS-646 cmp /tmp/work/data /tmp/work/back
proves VFS-646 shown loop '4\.0 .* irql=0 mode=0 '
proves VFS-646 shown loop '3\.0 .* irql=0 mode=0 '
proves VFS-646 shown loop '9\.0 '
expect losetup -d "$loop"
wait_for sh -c "! losetup -a | grep -q $loop"
expect umount "$MNT"

# below: a copy-up is the lower file system's affair; one level of stacking is left
mkdir -p "$LOWER/up2" "$LOWER/wk2"
expect mount -t overlay -o "lowerdir=$LOWER/lo,upperdir=$LOWER/up2,workdir=$LOWER/wk2" overlay \
	/mnt/overlay
expect mount_flt "" /mnt/overlay
ls "$MNT" >/dev/null
dmesg -c >/dev/null
echo up >"$MNT/f" || fail "no copy-up below"
seen below
proves VFS-995 test "$(cat "$LOWER/up2/f")" = up
proves VFS-995 test "$(sed -n 's/^> \([0-9]*\.[0-9]*\) .*/\1/p' /tmp/work/below | grep -v '^5\.' |
	tr '\n' ' ')" = "0.0 4.0 18.0 2.0 "
mkdir -p "$MNT/u" "$MNT/w" /mnt/third
proves VFS-995 refuse mount -t overlay -o "lowerdir=$MNT/d,upperdir=$MNT/u,workdir=$MNT/w" overlay \
	/mnt/third
expect umount "$MNT"
expect umount /mnt/overlay

# a lower file system that is read-only, or frozen, is so above, and nothing hangs of our own
dd if=/dev/zero of=/tmp/work/image bs=1M count=8 2>/dev/null
expect mke2fs -q -F /tmp/work/image
loop=$(losetup -f)
mkdir /mnt/small
expect losetup "$loop" /tmp/work/image
expect mount -t ext4 "$loop" /mnt/small
expect mount_flt "" /mnt/small
echo text >"$MNT/f" || fail "no file"
expect mount -o remount,ro /mnt/small
proves VFS-997 refuse sh -c "echo more >$MNT/f"
proves VFS-997 refuse mkdir "$MNT/d"
proves VFS-997 grep -q "Read-only" /tmp/work/why
proves VFS-997 test "$(cat "$MNT/f")" = text
expect mount -o remount,rw /mnt/small
proves VFS-997 sh -c "echo more >$MNT/f"
expect fsfreeze --freeze /mnt/small
(echo late >"$MNT/f"; : >/tmp/work/done) &
same "while it is frozen" "$(timeout 60 cat "$MNT/f")" more
proves VFS-920 timeout 60 ls -l "$MNT"
sleep 0.5
proves VFS-920 test ! -e /tmp/work/done
expect fsfreeze --unfreeze /mnt/small
proves VFS-920 wait_for test -e /tmp/work/done
proves VFS-997 test "$(cat "$MNT/f")" = late
# from the top down, and back
expect fsfreeze --freeze "$MNT"
expect fsfreeze --freeze /mnt/small
expect fsfreeze --unfreeze /mnt/small
expect fsfreeze --unfreeze "$MNT"
proves VFS-920 sh -c "echo thawed >$MNT/f"
wait
expect umount "$MNT"
expect umount /mnt/small
expect losetup -d "$loop"
