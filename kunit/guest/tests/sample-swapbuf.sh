#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample swapbuf: what programs write and read is plain, cached, mapped and uncached, what lies
# below is changed, with synchronous and asynchronous requests, above and below other filters, and
# while it goes. The long run makes more of everything.
# needs: lower=ext4 kernels=6.1,6.12,debug filters=swapbuf,deferwork,asyncio,passthru programs=fio,sqlite3 time=300 long=3600
# needs: parallel=yes
. /t/lib.sh

# count NAME: a number of the line that the filter prints when it goes
count() {
	sed -n "s/.*swapbuf: .*\\b$1 \\([0-9]*\\).*/\\1/p" /tmp/work/log | tail -n 1
}

# masked FILE: what lies below must be, of what programs wrote
masked() {
	tr '\000-\377' "$table" <"$1"
}

# fio_verify ENGINE [ARGS]: written and read back with a checksum in every block
fio_verify() {
	engine=$1
	shift
	fio --name=$engine --directory="$MNT" --ioengine=$engine --direct=1 --rw=randwrite \
		--bsrange=4k-16k --size=$size --iodepth=8 --verify=crc32c --verify_fatal=1 \
		--randseed=7 --output=/tmp/work/fio "$@" >/dev/null 2>&1 ||
		fail "fio $engine: $(cat /tmp/work/fio)"
	grep -q 'err= 0' /tmp/work/fio || fail "fio $engine: $(cat /tmp/work/fio)"
}

# every byte, combined with 0xA5
table=$(awk 'BEGIN { for (i = 0; i < 256; i++) {
	a = i; b = 165; x = 0
	for (p = 1; p < 256; p *= 2) { if (a % 2 != b % 2) x += p; a = int(a / 2); b = int(b / 2) }
	printf "\\%03o", x } }')

size=1m
inserts=3
rows=300
engines="psync libaio io_uring"
# (what these come to below, the filter's requests, is the same; fio takes long with all checks)
[ "$KERNEL" != debug ] || inserts=1 rows=50 engines=io_uring
if [ "$LONG" = 1 ]; then
	size=64m
	inserts=50
	rows=3000
	engines="psync libaio io_uring"
fi

load_filter passthru
load_filter swapbuf
expect mount_flt
dd if=/dev/urandom of=data bs=64k count=8 2>/dev/null
masked data >want

# a program's copy: changed below, plain above, its own memory untouched
expect dd if=data of="$MNT/copy" bs=64k oflag=direct 2>/dev/null
proves BUF-062 cmp want "$LOWER/copy"
dd if="$MNT/copy" of=back bs=64k iflag=direct 2>/dev/null
proves BUF-004 cmp data back
dd if="$MNT/copy" of=back bs=4k skip=3 count=5 iflag=direct 2>/dev/null
dd if=data of=part bs=4k skip=3 count=5 2>/dev/null
expect cmp part back
# what is cached and mapped is what programs wrote, and runs; below it is changed
expect cmp data "$MNT/copy"
expect cp data "$MNT/cached"
proves VFS-411 cmp want "$LOWER/cached"
expect dd if=part of="$MNT/cached" bs=1000 seek=3 conv=notrunc,fsync 2>/dev/null
cp data cached
dd if=part of=cached bs=1000 seek=3 conv=notrunc 2>/dev/null
expect cmp cached "$MNT/cached"
masked cached >want.cached
expect cmp want.cached "$LOWER/cached"
true=$(command -v true)
[ -n "${true##*/*}" ] && true=/bin/true
expect cp -L "$true" "$MNT/true"
masked "$MNT/true" >want.true
expect cmp want.true "$LOWER/true"
proves VFS-641 "$MNT/true"
# uncached reads see what is cached and mapped, and the other way round
expect dd if="$MNT/cached" of=back bs=64k iflag=direct 2>/dev/null
expect cmp cached back
expect dd if=data of="$MNT/cached" bs=64k count=1 oflag=direct conv=notrunc 2>/dev/null
dd if=data of=cached bs=64k count=1 conv=notrunc 2>/dev/null
proves VFS-414 cmp cached "$MNT/cached"

# a database whose index is mapped by all that use it
sqlite3 "$MNT/data.db" 'pragma journal_mode=wal; create table t(a, b);' >/dev/null
for i in 1 2; do
	for j in $(seq $inserts); do
		sqlite3 "$MNT/data.db" '.timeout 60000' "with recursive c(n) as (select 1 union all
			select n + 1 from c where n < $rows) insert into t select n, hex(zeroblob(n % 40))
			from c;" || fail "sqlite $i"
	done &
	pids="$pids $!"
done
wait $pids
same "the database" "$(sqlite3 "$MNT/data.db" 'pragma integrity_check; select count(*), sum(a) from t')" \
	"ok
$((2 * inserts * rows))|$((inserts * rows * (rows + 1)))"
masked "$MNT/data.db" >want.db
expect cmp want.db "$LOWER/data.db"

# a file that ends inside a sector: whole sectors go down, what is there comes up
head -c 10001 data | tr '\000-\377' "$table" >"$LOWER/odd"
dd if="$MNT/odd" of=back bs=4k iflag=direct 2>/dev/null
head -c 10001 data >part
proves BUF-079 cmp part back
proves BUF-074 [ "$(wc -c <back)" = 10001 ]

for engine in $engines; do
	fio_verify $engine
done
fio_verify psync --direct=0 --filename=buffered
expect mount -o remount,write=back "$MNT"
fio_verify mmap --direct=0 --iodepth=1 --filename=mapped
expect umount "$MNT"
expect unload_filter swapbuf
dmesg >log
[ "$(count reads)" -gt 400 ] || fail "only $(count reads) reads were exchanged"
[ "$(count writes)" -gt 100 ] || fail "only $(count writes) writes were exchanged"
proves BUF-070 [ $(($(count reads) + $(count writes))) = "$(count back)" ]
same "failed" "$(count failed)" 0

# stacked with filters that defer, and that make requests of their own
load_filter swapbuf
load_filter deferwork
load_filter asyncio 'params=Parameters\ChunkSize=8192'
expect mount_flt
for engine in $engines; do
	fio_verify $engine --filename=stacked.$engine
	# what is plain above is changed below, all of it
	dd if="$MNT/stacked.$engine" of=plain bs=64k iflag=direct 2>/dev/null
	masked plain >changed
	proves BUF-062 cmp changed "$LOWER/stacked.$engine"
done
dd if=data of="$MNT/stacked" bs=64k oflag=direct 2>/dev/null
expect cmp want "$LOWER/stacked"
fio --name=mapped --directory="$MNT" --ioengine=mmap --rw=randwrite --bs=4k --size=512k \
	--verify=crc32c --verify_fatal=1 --randseed=7 --output=/tmp/work/fio >/dev/null 2>&1 ||
	fail "fio mmap: $(cat /tmp/work/fio)"

# it goes while requests are under way; what comes after it is as it is below
fio --name=goes --directory="$MNT" --ioengine=libaio --direct=1 --rw=randread --bs=4k --size=1m \
	--iodepth=8 --time_based --runtime=3 --output=/tmp/work/fio >/dev/null 2>&1 &
pid=$!
sleep 1
expect unload_filter swapbuf
wait $pid || fail "a reader failed while the filter went: $(cat /tmp/work/fio)"
dmesg >log
same "given back when it went under load" "$(count back)" $(($(count reads) + $(count writes)))
