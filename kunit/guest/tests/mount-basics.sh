#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A mount shows the folder below, both see each other's changes, and it goes without a trace.
# needs: lower=ext4,tmpfs long-kernels=debug
. /t/lib.sh
load_fltshim
echo below >"$LOWER/file"
mkdir "$LOWER/folder"
expect mount_flt
same "the file seen through the mount" "$(cat "$MNT/file")" below
echo above >"$MNT/new"
same "the file made through the mount" "$(cat "$LOWER/new")" above
echo changed >"$LOWER/file"
same "a change below" "$(cat "$MNT/file")" changed
rm "$LOWER/new"
refuse cat "$MNT/new"
echo again >"$LOWER/new"
same "a file that came back below" "$(cat "$MNT/new")" again
mv "$LOWER/new" "$LOWER/folder/moved"
same "a file moved below" "$(cat "$MNT/folder/moved")" again
refuse cat "$MNT/new"
same "what /proc/mounts says" "$(grep -c " $MNT fltfs " /proc/mounts)" 1
same "the lower path in /proc/mounts" "$(grep " $MNT fltfs " /proc/mounts | cut -d ' ' -f 1)" "$LOWER"

# busy while a file is open, and then not
exec 5<"$MNT/file"
refuse umount "$MNT"
refuse rmmod fltshim
exec 5<&-
expect umount "$MNT"
same "the mount point afterwards" "$(ls "$MNT")" ""

# read-only, and back
expect mount_flt ro
refuse touch "$MNT/x"
expect grep -q "Read-only" /tmp/work/why
expect mount -o remount,rw "$MNT"
expect touch "$MNT/x"
expect mount -o remount,ro "$MNT"
refuse touch "$MNT/y"
expect umount "$MNT"

# lazy unmount with a file open: the file works on
expect mount_flt
exec 5>"$MNT/late"
expect umount -l "$MNT"
echo written >&5
exec 5>&-
same "what was written after a lazy unmount" "$(cat "$LOWER/late")" written
wait_for rmmod fltshim || fail "fltshim stays in use after a lazy unmount"
