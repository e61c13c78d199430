#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample ctx: contexts of streams and opens count what programs do, one per file whatever name
# it is opened by, one per open whoever has a descriptor of it, and every one dies: with the last
# close, with the inode, or with the filter.
# needs: kernels=6.1,6.12,debug filters=ctx,passthru time=300 long=900 parallel=yes
. /t/lib.sh

# The kernel log since the last call, without times, in log.
report() {
	dmesg -c | sed -n 's/^\[[^]]*\] *//; s/^.*ctx: //p' >log
}

# died TEXT: such a line is there, soon: a context may die in a worker
died() {
	dmesg -c | sed -n 's/^\[[^]]*\] *//; s/^.*ctx: //p' >>log
	grep -qx "$1" log
}

# evict: the kernel gives up what it caches of files
evict() {
	sync
	echo 2 >/proc/sys/vm/drop_caches
}

load_filter passthru
load_filter ctx
expect mount_flt
dmesg -c >/dev/null

# what programs do with a file, and what is said of it
printf '0123456789' >"$MNT/f"
proves CTX-52 wait_for died 'handle \\f read 0 in 0 written 10 in 1'
expect [ "$(cat "$MNT/f")" = 0123456789 ]
proves CTX-52 wait_for died 'handle \\f read 10 in .* written 0 in 0'
expect [ "$(grep -c '^stream' log)" = 0 ]

# one stream for both names of a file, and after a rename
ln "$MNT/f" "$MNT/hard"
mv "$MNT/f" "$MNT/moved"
printf 'abc' >>"$MNT/hard"
cat "$MNT/moved" >/dev/null
report
evict
# (three opens to read or write it, and what ln and mv need)
proves CTX-44 wait_for died 'stream \\f opens [0-9]* writers 2 read 23 written 13'
expect [ "$(grep -c '^stream' log)" = 1 ]

# an evicted file that is opened again, and another with its number, begin anew
report
cat "$MNT/hard" >/dev/null
evict
proves CTX-46 wait_for died 'stream \\hard opens 1 writers 0 read 13 written 0'
rm "$MNT/hard" "$MNT/moved"
old=
for try in 1 2 3 4 5 6 7 8; do
	echo x >"$MNT/again.$try"
	number=$(stat -c %i "$LOWER/again.$try")
	rm "$MNT/again.$try"
	case " $old " in
	*" $number "*) break ;;
	esac
	old="$old $number"
done
evict
proves CTX-46 wait_for died "stream .*again.$try opens .* writers 1 read 0 written 2"

# one handle for what dup() and fork() share, another for each open
report
(
	printf 'a\nb\n' >"$MNT/shared"
	exec 4<"$MNT/shared" 5<"$MNT/shared"
	exec 6<&4
	(read -r line <&4)
	read -r line <&6
	read -r line <&5
	exec 4<&- 6<&- 5<&-
) 2>/dev/null
expect wait_for died 'handle \\shared read 4 in .* written 0 in 0'
cat log >"$TEST.log"
proves CTX-45 [ "$(grep -c '^handle \\shared read' log)" = 3 ]

# looking names up makes no context, not of what is passed on the way either
expect unload_filter ctx
mkdir "$MNT/way"
evict
load_filter ctx 'params=Parameters\Quiet=1'
dmesg -c >/dev/null
for name in a b c d; do
	[ -e "$MNT/way/nothing.$name" ] && fail "nothing.$name is there"
	[ -e "$MNT/shared/$name" ] && fail "a file has a file inside"
done
expect unload_filter ctx
report
cat log
proves CTX-69 grep -q '^volumes made 1 .*streams made 0 .*handles made 0 ' log

# many files, made by a group of processes that should have little memory: what their files need goes
# while they go on; then the filter goes with files open
# (memory.high: at a memory.max, ext4's allocation of an inode, where nothing may be given back to a
# file system, has a process killed now and then, on the lower file system alone too)
count=1000
[ "$LONG" = 1 ] || [ "$LOWER_FS" = ext4 ] && count=10000
[ "$KERNEL" = debug ] && count=300
load_filter ctx 'params=Parameters\Quiet=1'
dmesg -c >/dev/null
mkdir "$MNT/many"
group=/sys/fs/cgroup/ctx
# (the kernel of scripts/kernel has no such groups)
if [ "$KERNEL" != debug ]; then
	[ -e /sys/fs/cgroup/cgroup.procs ] || expect mount -t cgroup2 none /sys/fs/cgroup
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	expect mkdir $group
	echo 8M >$group/memory.high
fi
cat >make <<'END'
[ ! -e $1 ] || echo $$ >$1/cgroup.procs
i=0
while [ $i -lt $3 ]; do
	: >"$2/$i" || exit 1
	i=$((i + 1))
	# what is new below and not written cannot go
	[ $((i % 500)) -ne 0 ] || sync
done
END
expect sh make $group "$MNT/many" $count
[ ! -e $group ] || expect wait_for rmdir $group
there=$(awk '$1 == "fltfs_inode" { print $2 }' /proc/slabinfo)
[ $count -lt 10000 ] || [ "${there:-$count}" -lt $((count / 2)) ] ||
	fail "no inodes went for want of memory, $there of $count are there"
exec 3<"$MNT/many/1" 4>>"$MNT/many/2"
evict
expect unload_filter ctx
report
line=$(grep '^volumes made' log)
made=$(echo "$line" | sed 's/.*streams made \([0-9]*\) .*/\1/')
[ "${made:-0}" -ge $count ] || fail "only $made streams had contexts"
proves CTX-68 sh -c "echo '$line' | grep -q 'streams made \\([0-9]*\\) died \\1,'"
proves CTX-54 sh -c "echo '$line' | grep -q 'handles made \\([0-9]*\\) died \\1\$'"
proves CTX-53 sh -c "echo '$line' | grep -q 'volumes made \\([0-9]*\\) died \\1,'"
cat <&3 >/dev/null
echo more >&4
exec 3<&- 4>&-
same "what was written after the filter went" "$(cat "$LOWER/many/2")" more
