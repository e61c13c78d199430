#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The sample cancelsafe: reads of *.hold wait in a cancel-safe queue and then give the data; a
# killed reader is gone at once; an unload lets all go on that are held.
# needs: lower=any filters=cancelsafe,passthru programs=sqlite3 time=300 parallel=yes
. /t/lib.sh

# count NAME: a number that the filter prints when it goes
count() {
	sed -n "s/.*cancelsafe: \\(.* \\)\\?$1 \\([0-9]*\\).*/\\2/p" /tmp/work/log | tail -n 1
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# waits PID: the filter holds its read
waits() {
	grep -q flt_operation_wait "/proc/$1/stack"
}

# now: milliseconds
now() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}

load_filter passthru
load_filter cancelsafe 'params=Parameters\HoldMs=300'
expect mount_flt
seq 10000 >"$LOWER/a.hold"
cp "$LOWER/a.hold" "$LOWER/free"
dmesg -C

# held, and right
start=$(now)
dd if="$MNT/a.hold" of=/tmp/work/one bs=1M count=1 2>/dev/null
took=$(($(now) - start))
[ $took -ge 250 ] || fail "a held read took only $took ms"
expect cmp -n 40000 /tmp/work/one "$LOWER/a.hold"
expect cmp "$MNT/free" "$LOWER/a.hold"
expect unload_filter cancelsafe
dmesg >/tmp/work/log
same "held" "$(count held)" 1
same "resumed" "$(count resumed)" 1
proves CBDQ-42 test "$(($(count resumed) + $(count cancelled) + $(count drained)))" -eq \
	"$(count held)"

# sqlite3 on a database whose reads are held
load_filter cancelsafe 'params=Parameters\HoldMs=5'
dmesg -C
sqlite3 "$MNT/data.hold" "create table t(a); insert into t values (1), (2), (3);"
same "sqlite3" "$(sqlite3 "$MNT/data.hold" 'select sum(a) from t; pragma integrity_check')" "6
ok"
expect unload_filter cancelsafe
dmesg >/tmp/work/log
[ "$(count held)" -gt 5 ] || fail "only $(count held) reads of the database were held"

# ten minutes, eight together: one killed, the others when the filter is unloaded
load_filter cancelsafe 'params=Parameters\HoldMs=600000'
dmesg -C
for n in 1 2 3 4 5 6 7 8; do
	dd if="$MNT/a.hold" of=/tmp/work/late.$n bs=1M count=1 2>/dev/null &
	late="$late $!"
done
for pid in $late; do
	wait_for waits "$pid" || fail "a read is not held: $(cat /proc/$pid/stack)"
done
killed=${late##* }
late=${late% *}
kill -KILL $killed
proves CBDQ-43 wait_for gone $killed
wait $killed 2>/dev/null
expect unload_filter cancelsafe
for pid in $late; do
	wait "$pid" || fail "a reader that was held failed when the filter went"
done
for n in 1 2 3 4 5 6 7; do
	expect cmp /tmp/work/one /tmp/work/late.$n
done
dmesg >/tmp/work/log
same "held for long" "$(count held)" 8
same "cancelled" "$(count cancelled)" 1
same "resumed" "$(count resumed)" 0
proves CBDQ-38 test "$(count drained)" -eq 7
