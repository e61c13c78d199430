#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample deferwork: every create and write goes through a worker, down and up; programs notice
# nothing, nothing is lost, and it can be unloaded while writes are under way.
# needs: lower=any filters=deferwork,passthru programs=sqlite3 time=300 parallel=yes
. /t/lib.sh

# count WAY NAME: a number of the line that the filter prints when it goes
count() {
	sed -n "s/.*deferwork: $1: .*\\b$2 \\([0-9]*\\).*/\\1/p" /tmp/work/log | tail -n 1
}

load_filter passthru
load_filter deferwork
expect mount_flt

# dd: a create and 64 writes, to a file that is compared below
dd if=/dev/urandom of=/tmp/work/data bs=4k count=64 2>/dev/null
dmesg -C
expect dd if=/tmp/work/data of="$MNT/copy" bs=4k 2>/dev/null
expect cmp /tmp/work/data "$LOWER/copy"
echo more >>"$MNT/copy"
same "what was appended" "$(tail -c 5 "$LOWER/copy")" more

# a failure comes back as it is
refuse sh -c "cat $MNT/missing"
refuse sh -c "echo x >$MNT"

# sqlite: a transaction, a rollback, and what it says of itself
sqlite3 "$MNT/data.db" >/tmp/work/answer <<-END
	create table t(a integer primary key, b text);
	begin;
	with recursive n(x) as (select 1 union all select x + 1 from n where x < 500)
	insert into t(b) select 'row ' || x from n;
	commit;
	begin;
	delete from t;
	rollback;
	select count(*) from t;
	pragma integrity_check;
END
same "sqlite3" "$(echo $(cat /tmp/work/answer))" "500 ok"
same "the database below" "$(sqlite3 "$LOWER/data.db" 'select sum(a) from t')" 125250

expect unload_filter deferwork
dmesg >/tmp/work/log
for way in pre-create post-create pre-write post-write; do
	[ "$(count $way deferred)" -gt 0 ] || fail "nothing was deferred: $way"
	same "$way: deferred and resumed" "$(count $way resumed)" "$(count $way deferred)"
	same "$way: refused" "$(count $way refused)" 0
	same "$way: worker in the thread that asked" "$(count $way samethread)" 0
	same "$way: worker above PASSIVE_LEVEL" "$(count $way highlevel)" 0
done
[ "$(count pre-write deferred)" -ge 65 ] || fail "only $(count pre-write deferred) writes deferred"
proves DEFER-31 test "$(count pre-write resumed)" -ge 65
proves DEFER-33 test "$(count post-write resumed)" -ge 65

# unloaded while slow workers have operations: each ends as it would have without the filter
load_filter deferwork 'params=Parameters\DelayMs=20'
for n in 1 2 3 4; do
	(
		i=0
		while [ $i -lt 40 ]; do
			echo "line $i" >>"$MNT/log.$n" || exit 1
			i=$((i + 1))
		done
	) &
	pids="$pids $!"
done
sleep 0.5
expect unload_filter deferwork
for pid in $pids; do
	wait "$pid" || fail "a writer failed while the filter was unloaded"
done
for n in 1 2 3 4; do
	same "lines of writer $n" "$(wc -l <"$LOWER/log.$n")" 40
done
