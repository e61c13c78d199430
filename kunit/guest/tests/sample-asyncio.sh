#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample asyncio: every read and write becomes asynchronous requests of the filter's own, in
# pieces. Data is right from above and from below, also with deferwork underneath, which makes the
# requests pend, and while the filter goes.
# needs: lower=ext4 filters=asyncio,deferwork,passthru programs=sqlite3 time=300 parallel=yes
. /t/lib.sh

# count NAME: a number that the filter prints when it goes
count() {
	sed -n "s/.*asyncio: \\(.* \\)\\?$1 \\([0-9]*\\).*/\\2/p" /tmp/work/log | tail -n 1
}

# copies DIR: files of sizes around pages and pieces, appended, overwritten, cut, direct
copies() {
	for size in 1 511 4096 4097 65536 100000 1048577; do
		head -c $size /tmp/work/data >/tmp/work/part
		dd if=/tmp/work/part of="$1/f.$size" bs=65536 2>/dev/null || fail "dd: $size bytes"
		cmp /tmp/work/part "$1/f.$size" || fail "$size bytes read back differ"
		cmp /tmp/work/part "$LOWER/f.$size" || fail "$size bytes below differ"
	done
	head -c 30000 /tmp/work/data >/tmp/work/all
	head -c 30000 /tmp/work/data >"$1/grown"
	for i in 1 2 3; do
		head -c 20001 /tmp/work/data | tee -a /tmp/work/all >>"$1/grown"
	done
	cmp /tmp/work/all "$LOWER/grown" || fail "appended data differs"
	dd if=/tmp/work/data of="$1/grown" bs=3000 seek=5 count=7 conv=notrunc 2>/dev/null
	dd if=/tmp/work/data of=/tmp/work/all bs=3000 seek=5 count=7 conv=notrunc 2>/dev/null
	cmp /tmp/work/all "$1/grown" || fail "overwritten data differs"
	dd if="$1/f.1048577" bs=40960 skip=7 2>/dev/null | cmp - /tmp/work/tail ||
		fail "a read from the middle to the end differs"
	if dd if=/tmp/work/data of="$1/direct" bs=64k count=8 oflag=direct 2>/tmp/work/why; then
		dd if="$1/direct" bs=64k iflag=direct 2>/dev/null | cmp -n 524288 - /tmp/work/data ||
			fail "direct data differs"
	fi
}

dd if=/dev/urandom of=/tmp/work/data bs=1048577 count=1 2>/dev/null
dd if=/tmp/work/data bs=40960 skip=7 of=/tmp/work/tail 2>/dev/null
load_filter passthru
load_filter asyncio 'params=Parameters\ChunkSize=8192'
expect mount_flt
dmesg -C
copies "$MNT"
same "a read at the end of the file" "$(tail -c +1048578 "$MNT/f.1048577" | wc -c)" 0
sqlite3 "$MNT/data.db" >/tmp/work/answer <<-END
	pragma journal_mode=wal;
	create table t(a integer primary key, b text);
	begin;
	with recursive n(x) as (select 1 union all select x + 1 from n where x < 2000)
	insert into t(b) select 'row ' || x from n;
	commit;
	delete from t where a % 2;
	select count(*) from t;
	pragma integrity_check;
END
same "sqlite3" "$(echo $(cat /tmp/work/answer))" "wal 1000 ok"
same "the database below" "$(sqlite3 "$LOWER/data.db" 'select count(*) from t')" 1000
expect unload_filter asyncio
dmesg >/tmp/work/log
[ "$(count operations)" -gt 100 ] || fail "only $(count operations) operations"
[ "$(count succeeded)" -gt "$(count operations)" ] || fail "no operation became several requests"
same "failed requests" "$(count failed)" 0
same "refused requests" "$(count failure)" 0
same "operations completed" $(($(count inline) + $(count resumed))) "$(count operations)"
requests=$(($(count succeeded) + $(count eof) + $(count failed)))
proves ASYNC-032 test "$(count success)" -gt 0 -a "$(count failure)" -eq 0
proves ASYNC-043 test $requests -eq \
	$(($(count success) + $(count iocomplete) + $(count pending) + $(count failure)))

# a filter below that hands its operations to workers: requests pend and complete in its threads
rm -f "$LOWER"/*
load_filter asyncio 'params=Parameters\ChunkSize=16384'
load_filter deferwork
dmesg -C
copies "$MNT"
expect unload_filter deferwork
expect unload_filter asyncio
dmesg >/tmp/work/log
[ "$(count pending)" -gt 0 ] || fail "no request was pended below"
[ "$(count resumed)" -gt 0 ] || fail "no operation was resumed by a completion routine"
same "failed requests over deferwork" "$(count failed)" 0
same "operations completed over deferwork" $(($(count inline) + $(count resumed))) \
	"$(count operations)"
requests=$(($(count succeeded) + $(count eof) + $(count failed)))
proves ASYNC-043 test $requests -eq \
	$(($(count success) + $(count iocomplete) + $(count pending) + $(count failure)))
[ "$(count samethread)" -lt $requests ] || fail "all completed in the thread that asked"

# it comes and goes under load
for n in 1 2 3; do
	(
		until [ -e /tmp/work/enough ]; do
			dd if=/tmp/work/data of="$MNT/load.$n" bs=100000 2>/dev/null || exit 1
			cmp "$MNT/load.$n" /tmp/work/data || exit 1
		done
	) &
	pids="$pids $!"
done
for round in 1 2 3; do
	load_filter asyncio 'params=Parameters\ChunkSize=4096'
	sleep 0.3
	expect unload_filter asyncio
done
: >/tmp/work/enough
for pid in $pids; do
	wait "$pid" || fail "a program failed while the filter came and went"
done
