#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Filters come and go 200 times while four processes work on the mount: no data is lost or
# wrong, and no process sees an error.
# needs: lower=ext4 filters=passthru,spy time=600
. /t/lib.sh
load_fltshim
expect mount_flt

worker() {
	n=0
	mkdir "$MNT/$1"
	while [ ! -e /tmp/work/stop ]; do
		n=$((n + 1))
		f=$MNT/$1/$((n % 20))
		echo "worker $1 round $n" >"$f.new" || echo "$1: cannot write $f.new"
		[ "$(cat "$f.new")" = "worker $1 round $n" ] || echo "$1: $f.new is wrong"
		mv "$f.new" "$f" || echo "$1: cannot rename to $f"
		[ "$(cat "$f")" = "worker $1 round $n" ] || echo "$1: $f is wrong after renaming"
		echo "more" >>"$f" || echo "$1: cannot append"
		[ "$(wc -l <"$f")" = 2 ] || echo "$1: $f has another size"
		[ $((n % 10)) -ne 0 ] || ls -l "$MNT/$1" >/dev/null || echo "$1: cannot list"
		[ $((n % 7)) -ne 0 ] || rm "$f" || echo "$1: cannot remove"
	done
	echo "$n" >"/tmp/work/rounds-$1"
}

for number in 1 2 3 4; do
	worker $number >"/tmp/work/log-$number" 2>&1 &
	eval "worker$number=\$!"
	# they keep both processors busy, and the filters come and go all the same
	renice -n 10 -p $! || fail "renice"
done

rounds=0
while [ $rounds -lt 200 ]; do
	rounds=$((rounds + 1))
	case $((rounds % 3)) in
	0) order="passthru spy" ;;
	1) order="spy passthru" ;;
	2) order="passthru" ;;
	esac
	for filter in $order; do
		[ $filter = spy ] && quiet=$SPY_QUIET || quiet=
		insmod /modules/$filter.ko $quiet || die "round $rounds: cannot load $filter"
	done
	for filter in $order; do
		unload_filter $filter || die "round $rounds: cannot unload $filter"
	done
done
: >/tmp/work/stop
for number in 1 2 3 4; do
	eval "wait \$worker$number"
	[ ! -s "/tmp/work/log-$number" ] || fail "worker $number: $(head -n 3 "/tmp/work/log-$number")"
	expect test "$(cat /tmp/work/rounds-$number)" -gt 10
done
echo "rounds of the workers: $(cat /tmp/work/rounds-*)"
