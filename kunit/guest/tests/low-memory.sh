#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A machine with little memory: the exerciser of the own page cache, and sqlite with a log in a file
# of its own, through swapbuf with write-back, with all of that memory and as a group of processes
# that has reached its limit. Nothing waits for ever, and every byte arrives.
# needs: kernels=6.12 long-kernels=6.1 lower=ext4 filters=swapbuf,passthru programs=sqlite3
# needs: uses=cache
# needs: parallel=yes
# needs: memory=192 time=200 long=1800
. /t/lib.sh

group=/sys/fs/cgroup/little
rows=$([ "$LONG" ] && echo 60000 || echo 3000)

# ROUNDS of the exerciser, which loads and mounts what it needs.
exercise() {
	mkdir -p "$LOWER/cache"
	STEPS=$1 LONG='' LOWER=$LOWER/cache /t/uses/cache || fail "the exerciser failed"
	rm -rf "$LOWER/cache"
}

# A table of random rows that is changed all over, and what sqlite says of it: in the file $1.
database() {
	sqlite3 "$1" <<-END
		pragma journal_mode=wal;
		pragma cache_size=-1024;
		create table t(a integer primary key, b blob);
		begin;
		with recursive n(x) as (select 1 union all select x + 1 from n where x < $rows)
		insert into t(b) select printf('%01000d', x * 7919) from n;
		commit;
		update t set b = b || a where a % 3 = 0;
		delete from t where a % 5 = 0;
		select count(*), sum(length(b)), sum(substr(b, -12)) from t;
		pragma integrity_check;
	END
}

# The same on the mount, from another file object, once all of it was written and dropped.
through_swapbuf() {
	load_filter swapbuf
	expect mount_flt cache=auto,write=back
	database "$MNT/data.db" >/tmp/work/above || fail "sqlite on the mount"
	expect umount "$MNT"
	expect mount_flt cache=auto,write=back
	sqlite3 "$MNT/data.db" "select count(*), sum(length(b)), sum(substr(b, -12)) from t;
		pragma integrity_check" >>/tmp/work/above
	sed -n '2,3p' /tmp/work/native | cat /tmp/work/native - >/tmp/work/want
	diff /tmp/work/want /tmp/work/above || fail "the database differs"
	expect umount "$MNT"
	head -c 6 "$LOWER/data.db" | grep -q SQLite && fail "what lies below is plain"
	rm -f "$LOWER"/data.db*
	expect unload_filter swapbuf
	rmmod fltshim || fail "fltshim stays"
}

grep MemTotal /proc/meminfo
[ "$(sed -n 's/MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)" -lt 196608 ] ||
	fail "there is too much memory"
database "$LOWER/native.db" >/tmp/work/native || fail "sqlite below"
rm -f "$LOWER"/native.db*
same "what sqlite says of itself" "$(sed -n 3p /tmp/work/native)" ok
exercise "$([ "$LONG" ] && echo 500 || echo 6)"
through_swapbuf

grep -q " /sys/fs/cgroup cgroup2 " /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control && mkdir $group || die "no group"
echo $((10 << 20)) >$group/memory.max || die "no limit"
(
	echo 0 >$group/cgroup.procs
	exercise "$([ "$LONG" ] && echo 500 || echo 6)"
	through_swapbuf
	[ $failures -eq 0 ]
) || fail "in a group at its limit"
cat $group/memory.events
same "killed in the group" "$(sed -n 's/^oom_kill //p' $group/memory.events)" 0
[ "$(sed -n 's/^max //p' $group/memory.events)" -gt 10 ] || fail "the limit was not reached"
rmdir $group
