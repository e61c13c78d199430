#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The mount exported over NFS to a client on the same machine: what the server does for it is shown
# to a filter as a kernel's requests from elsewhere. And the mount over such a client's.
# needs: kernels=6.1,6.12 lower=ext4 filters=probe,passthru,deferwork modules=nfsd,nfsv4 time=300 long=1800
# needs: programs=nfs-kernel-server,nfs-common,kmod
# needs: uses=twin-names,twin-data
. /t/lib.sh

mkdir -p /var/lib/nfs/v4recovery /var/lib/nfs/rpc_pipefs /run /mnt/nfs /etc
touch /var/lib/nfs/etab /var/lib/nfs/rmtab /var/lib/nfs/state /etc/exports
echo "127.0.0.1 localhost guest" >/etc/hosts
echo "hosts: files" >/etc/nsswitch.conf
expect mount -t nfsd nfsd /proc/fs/nfsd
# what a client that is not known yet would have to wait for
echo 10 >/proc/fs/nfsd/nfsv4leasetime
echo 10 >/proc/fs/nfsd/nfsv4gracetime
rpc.mountd -F -N 3 >/tmp/work/mountd 2>&1 &
mountd=$!
rpc.nfsd -N 3 -V 4.2 4 || die "no NFS server: $(cat /tmp/work/mountd)"
echo Y >/proc/fs/nfsd/v4_end_grace

# export_it FOLDER [async]: to everybody, and mount it on /mnt/nfs
export_it() {
	exportfs -i -o "rw,no_root_squash,no_subtree_check,insecure,fsid=7,${2:-sync}" "*:$1" ||
		die "cannot export $1"
	mount -t nfs4 -o vers=4.2,sec=sys "127.0.0.1:$1" /mnt/nfs ||
		die "cannot mount $1: $(cat /tmp/work/mountd; dmesg | tail -n 3)"
}

hide_it() {
	umount /mnt/nfs || fail "the client does not let go"
	exportfs -ua
	exportfs -f
}

# Everything that the filter printed since the last call, into the file $1.
seen() {
	sleep 0.1
	dmesg -c | sed -n 's/.*probe: \([<>]\)/\1/p' >"/tmp/work/$1"
}

# shown FILE PATTERN: some pre-operation in it matches.
shown() {
	grep -Eq "^> $2" "/tmp/work/$1"
}

# exported
load_filter probe
mkdir "$LOWER/up"
echo old >"$LOWER/up/f"
expect mount_flt "" "$LOWER/up"
export_it "$MNT"
dmesg -c >/dev/null
same "what a client reads" "$(cat /mnt/nfs/f)" old
seen read
# opened by a thread of the server, from elsewhere
proves VFS-769 shown read '0\.0 .* mode=0 .* ff=1[0-9a-f]{6} .*name=\\f'
proves VFS-634 shown read '3\.0 .* mode=0 '
same "what was read by splicing is the file" "$(cat /mnt/nfs/f)" old
dd if=/dev/urandom of=/tmp/work/data bs=64k count=8 2>/dev/null
expect cp /tmp/work/data /mnt/nfs/g
expect sync /mnt/nfs/g
seen write
proves VFS-634 shown write '4\.0 .* mode=0 '
proves VFS-634 cmp /tmp/work/data "$LOWER/up/g"
expect mkdir /mnt/nfs/d
expect mv /mnt/nfs/g /mnt/nfs/d/h
expect ln /mnt/nfs/d/h /mnt/nfs/l
expect ln -s d/h /mnt/nfs/s
expect chmod 600 /mnt/nfs/l
expect rm /mnt/nfs/s
seen names
# the server commits what it did to names, which is no operation
proves VFS-632 shown names '6\.0 .* a=a '
proves VFS-632 sh -c "! grep -q '^> 9[.]' /tmp/work/names"
same "mode below" "$(stat -c %a "$LOWER/up/d/h")" 600
# a handle that the server has to find the file by
echo 3 >/proc/sys/vm/drop_caches
proves VFS-631 cmp /tmp/work/data /mnt/nfs/l
exec 5</mnt/nfs/d/h
rm /mnt/nfs/d/h /mnt/nfs/l || fail "cannot remove an open file"
echo 2 >/proc/sys/vm/drop_caches
cmp /tmp/work/data - <&5 || fail "a file removed while it was open is not the same"
exec 5<&-
umount /mnt/nfs || fail "the client does not let go"
# This version makes a file with times that tell whose it is, and then asks for the true times and
# the mode at once: one inside the other.
echo +4.0 >/proc/fs/nfsd/versions 2>/dev/null
expect mount -t nfs4 -o vers=4.0,sec=sys "127.0.0.1:$MNT" /mnt/nfs
dmesg -c >/dev/null
expect sh -c 'set -C; umask 027; echo new >/mnt/nfs/excl'
seen parts
parts=$(sed -n 's/^\([<>]\) \(6\|21\)\.0 .*/\1\2/p' /tmp/work/parts | tr '\n' ' ')
proves VFS-318 test "$parts" = ">6 <6 >6 >21 <21 <6 "
proves VFS-813 test "$parts $(stat -c %a "$LOWER/up/excl")" = ">6 <6 >6 >21 <21 <6  640"
hide_it
wait_for umount "$MNT" || fail "the server does not let go"
expect unload_filter probe
expect rmmod fltshim

# below: what is made on the server need not be on its disk at once, which takes long
mkdir "$LOWER/served"
chmod 777 "$LOWER/served"
export_it "$LOWER/served" async
load_filter probe
expect mount_flt "" /mnt/nfs
echo text >"$MNT/f" || fail "no file on NFS"
dmesg -c >/dev/null
same "a file on NFS" "$(cat "$MNT/f")" text
seen remote
# Type and Size, DeviceObject, but no Vpb
proves FILEOBJ-04 shown remote '0\.0 .* r=3[0-9a-f]{2} '
same "on the server" "$(cat "$LOWER/served/f")" text
# made on the server meanwhile
echo other >"$LOWER/served/g"
proves VFS-996 wait_for test -e "$MNT/g"
same "a file of the server" "$(cat "$MNT/g")" other
# early create; a name that has come meanwhile is seen
proves VFS-996 sh -c "set -C; echo new >$MNT/new"
proves VFS-996 refuse sh -c "set -C; echo new >$MNT/new"
expect mv "$MNT/new" "$MNT/moved"
proves VFS-996 test "$(cat "$LOWER/served/moved")" = new
# a removed file that is open is another name on the server until it is closed
exec 5<"$MNT/moved"
expect rm "$MNT/moved"
proves VFS-996 test "$(cat <&5)" = new
proves VFS-996 sh -c "ls -A $LOWER/served | grep -q nfs0"
exec 5<&-
proves VFS-996 wait_for sh -c "! ls -A $LOWER/served | grep -q nfs0"
# one that the server has removed
exec 5<"$MNT/g"
rm "$LOWER/served/g"
expect mkdir "$MNT/d"
expect touch "$MNT/d/x"
proves VFS-996 refuse rmdir "$MNT/d"
exec 5<&-
expect ln "$MNT/f" "$MNT/l"
expect chmod 600 "$MNT/l"
proves VFS-996 test "$(stat -c '%a %h' "$LOWER/served/f")" = "600 2"
expect dd if=/tmp/work/data of="$MNT/direct" bs=64k oflag=direct 2>/dev/null
expect cmp /tmp/work/data "$LOWER/served/direct"
expect flock "$MNT/f" true
# a lock is the server's, too: who goes past the mount meets it
exec 5<>"$MNT/f"
expect flock 5
proves VFS-519 refuse flock -n /mnt/nfs/f true
proves VFS-519 flock -u 5
proves VFS-519 flock -n /mnt/nfs/f true
exec 5<&-
expect umount "$MNT"
expect unload_filter probe
expect rmmod fltshim
# as without the mount; all calls that there are take long over a network, even to itself. (What is
# told of locks and leases is the mount's own: README.)
mkdir /mnt/nfs/calls
programs=
[ "$LONG" = 1 ] && programs="twin-names twin-data"
for program in $programs; do
	expect env LOWER=/mnt/nfs/calls LOWER_FS=nfs "/t/uses/$program"
	rm -rf /mnt/nfs/calls/*
done
hide_it

rpc.nfsd 0
kill "$mountd"
wait "$mountd" 2>/dev/null
expect umount /proc/fs/nfsd
