#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The mount exported over NFS to a client on the same machine: what the server does for it is shown
# to a filter as a kernel's requests from elsewhere.
# needs: kernels=6.1,6.12 lower=ext4 filters=probe modules=nfsd,nfsv4 time=120
# needs: programs=nfs-kernel-server,nfs-common,kmod
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

# export FOLDER: to everybody, and mount it on /mnt/nfs
export_it() {
	exportfs -i -o rw,no_root_squash,no_subtree_check,insecure,fsid=7 "*:$1" ||
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
hide_it
wait_for 10 umount "$MNT" || fail "the server does not let go"
expect unload_filter probe
expect rmmod fltshim

rpc.nfsd 0
kill "$mountd"
wait "$mountd" 2>/dev/null
expect umount /proc/fs/nfsd
