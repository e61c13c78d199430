#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# NFS below the mount and above it, over the loopback: an export of the mount is used by a client of
# the same machine, and a mount of that client is what another fltfs lies on.
# needs: kernels=6.1,6.12 lower=ext4 filters=probe,passthru programs=nfs-kernel-server modules=nfsd,nfsv4 time=120
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

unserve() {
	rpc.nfsd 0
	exportfs -ua
	[ -z "$mountd" ] || kill "$mountd"
	umount /proc/fs/nfsd /var/lib/nfs/rpc_pipefs 2>/dev/null
}

load_filter probe
expect mount_flt
mkdir -p /mnt/nfs /var/lib/nfs/v4recovery /run/rpcbind
: >/var/lib/nfs/etab
: >/var/lib/nfs/rmtab
mount -t nfsd nfsd /proc/fs/nfsd 2>/dev/null
mountd=
rpc.mountd --foreground -N 2 -N 3 >/tmp/work/mountd 2>&1 &
mountd=$!
expect exportfs -o rw,no_root_squash,insecure,fsid=0,no_subtree_check "127.0.0.1:$MNT"
rpc.nfsd -N 3 -V 4 --no-udp 1 || { unserve; die "no server: $(cat /tmp/work/mountd)"; }
echo text >"$LOWER/f"
mount -t nfs4 -o vers=4.2,sec=sys,actimeo=0,soft,timeo=100 127.0.0.1:/ /mnt/nfs ||
	{ unserve; die "no client: $(cat /tmp/work/mountd)"; }

# above: nfsd's requests are a kernel thread's; what it makes is there when it says so
dmesg -c >/dev/null
same "through the server" "$(cat /mnt/nfs/f)" text
dd if=/dev/zero of=/mnt/nfs/new bs=4k count=4 conv=fsync 2>/dev/null || fail "no new file"
mkdir /mnt/nfs/d && mv /mnt/nfs/new /mnt/nfs/d/moved || fail "no folder, or no move"
chmod 600 /mnt/nfs/f && touch -d 2001-01-01 /mnt/nfs/f && chown 7:8 /mnt/nfs/f ||
	fail "no change of attributes"
truncate -s 2 /mnt/nfs/f || fail "no truncation"
seen server
proves VFS-634 shown server '3\.0 .* mode=0 '
proves VFS-634 shown server '4\.0 .* mode=0 '
# opened by a server: for another machine
proves VFS-769 shown server '0\.0 .* mode=0 .* b=1[0-9a-f]* .* ff=1[0-9a-f]{6} .* name=\\f$'
proves VFS-902 shown server '0\.0 .* mode=0 .* name=\\new$'
proves VFS-632 test -f "$LOWER/d/moved"
proves VFS-632 test "$(stat -c %s "$LOWER/d/moved")" = 16384
same "what it became" "$(stat -c '%a %u %g %s %Y' "$LOWER/f" | cut -d ' ' -f 1-4)" "600 7 8 2"
# a handle that outlives what is cached, and a file that is gone
exec 5</mnt/nfs/f
echo 2 >/proc/sys/vm/drop_caches
proves VFS-631 test "$(head -c 2 <&5)" = te
rm "$LOWER/f"
echo 2 >/proc/sys/vm/drop_caches
refuse cat /mnt/nfs/f
exec 5<&-
expect umount /mnt/nfs
expect exportfs -u "127.0.0.1:$MNT"
exportfs -f
expect umount "$MNT"
unload_filter probe || fail "cannot unload probe"

# below: the lower folder itself is served, and fltfs lies on the client's mount
load_filter passthru
mkdir -p "$LOWER/d"
echo text >"$LOWER/f"
expect exportfs -o rw,no_root_squash,insecure,fsid=0,no_subtree_check "127.0.0.1:$LOWER"
mount -t nfs4 -o vers=4.2,sec=sys,soft,timeo=100 127.0.0.1:/ /mnt/nfs ||
	{ unserve; die "no client of the lower folder: $(cat /tmp/work/mountd)"; }
expect mount_flt "" /mnt/nfs
proves VFS-996 test "$(cat "$MNT/f")" = text
echo more >>"$MNT/f" || fail "no appending"
proves VFS-996 test "$(tail -n 1 "$LOWER/f")" = more
# what another machine does is seen at the next look
echo other >"$LOWER/d/other"
proves VFS-996 wait_for 90 test -e "$MNT/d/other"
# an open file that is removed has a name below until it is closed
exec 5<"$MNT/f"
expect rm "$MNT/f"
proves VFS-996 test ! -e "$MNT/f"
proves VFS-996 sh -c "ls -a $LOWER | grep -q '^\.nfs'"
proves VFS-996 test "$(head -n 1 <&5)" = text
exec 5<&-
proves VFS-996 wait_for 20 sh -c "! ls -a $LOWER | grep -q '^\.nfs'"
mkdir "$MNT/n" && echo x >"$MNT/n/x" && mv "$MNT/n/x" "$MNT/y" && rmdir "$MNT/n" ||
	fail "names on the client"
proves VFS-996 test "$(cat "$LOWER/y")" = x
expect umount "$MNT"
expect umount /mnt/nfs
unserve
