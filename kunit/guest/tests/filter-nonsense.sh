#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A filter that returns nonsense from its callbacks: what it did is named in the log and counted,
# the operation has the answer that the contract states, and the machine and other filters go on.
# needs: lower=any kernels=6.1,6.12,debug filters=passthru,misfit,cancelsafe time=120 parallel=yes
. /t/lib.sh

# breaks KIND TIMES TEXT COMMAND...: the command ends well; the filter, loaded for it and unloaded
# after it, is charged with so many breaches of that kind and none of another, and the log says
# TEXT.  (Loaded anew, because the log takes ten breaches of a filter in five seconds.)
breaks() {
	kind=$1 times=$2 text=$3
	shift 3
	load_filter misfit
	dmesg -c >/dev/null
	"$@" >/tmp/work/said 2>&1 || fail "$*: $(cat /tmp/work/said)"
	same "breaches after $*" "$(grep -v ' 0$' "$(filter_dir misfit)/violations")" "$kind $times"
	dmesg >/tmp/work/log
	grep -q "fltshim: filter misfit broke the contract ($kind).*$text" /tmp/work/log ||
		fail "after $* the log does not say '$text' but: $(cat /tmp/work/log)"
	expect unload_filter misfit
}

# reads FILE: it can be read, and holds what it must
reads() {
	[ "$(cat "$MNT/$1")" = "text of $1" ]
}

# reads_ten FILE: a read of ten bytes gives ten, whatever the filter says
reads_ten() {
	dd if="$MNT/$1" of=/tmp/work/ten bs=10 count=1 2>/tmp/work/why
	[ "$(wc -c </tmp/work/ten)" = 10 ]
}

load_filter passthru
expect mount_flt
for file in pre-3-x pre-6-x pre-77-x pre-1000000-x post-77-x post-2-x context \
	pended twice.hold much more kind volume instance raised closed both opened plain; do
	echo "text of $file" >"$LOWER/$file"
done

# no status at all, and statuses that have no place in a create
for value in 77 1000000; do
	breaks preop-status 1 "IRP_MJ_CREATE.*returned $value which is no status" \
		reads "pre-$value-x"
done
breaks preop-status 1 "IRP_MJ_CREATE.*returned 3 " reads pre-3-x
breaks preop-status 1 "IRP_MJ_CREATE.*returned 6 " reads pre-6-x
breaks postop-status 1 "IRP_MJ_CREATE.*callback returned 77" reads post-77-x
breaks postop-status 1 "IRP_MJ_CREATE.*callback returned 2" reads post-2-x
breaks preop-context 1 "IRP_MJ_CREATE.*completion context" reads context

# a create that succeeds without a file, and results that cannot be
breaks io-status 1 "IRP_MJ_CREATE.*final status" refuse cat "$MNT/opened"
breaks io-status 1 "IRP_MJ_READ.*final status 0x103" refuse dd if="$MNT/pended" of=/dev/null bs=10 count=1
breaks io-status 1 "IRP_MJ_READ.*Information 0x6e of at most 0xa" reads_ten much
breaks io-status 1 "IRP_MJ_READ.*Information 0x6e of at most 0xa" reads_ten more

# members that a filter cannot change
breaks callback-data 2 "IRP_MJ_READ.*MajorFunction became 0x63" reads kind
breaks callback-data 1 "IRP_MJ_READ.*TargetFileObject" refuse dd if="$MNT/volume" of=/dev/null bs=10 count=1
breaks callback-data 1 "IRP_MJ_READ.*TargetInstance" refuse dd if="$MNT/instance" of=/dev/null bs=10 count=1

# callbacks that return at a level at which nothing could go on
breaks level 4 "IRP_MJ_READ.*pre-operation callback" reads raised

# what cannot fail, and a callback that is not there
breaks io-status 2 "IRP_MJ_CLEANUP.*final status" reads closed
breaks preop-status 2 "IRP_MJ_CLEANUP.*without a post-operation callback" reads both

# resumed twice, the second time while a filter below holds it: that one's word counts
load_filter cancelsafe 'params=Parameters\HoldMs=600'
load_filter misfit 'params="Instances\Misfit Instance\Altitude=375560"'
dmesg -c >/dev/null
expect reads twice.hold
dmesg >/tmp/work/log
grep -q "FltCompletePendedPreOperation.*is not pended" /tmp/work/log ||
	fail "a second resumption is not told of: $(cat /tmp/work/log)"
expect unload_filter misfit
expect unload_filter cancelsafe

# the innocent: nobody else is charged, nothing is left, and all still works
load_filter misfit
expect reads plain
same "breaches of misfit" "$(grep -vc ' 0$' "$(filter_dir misfit)/violations")" 0
same "breaches of passthru" "$(grep -vc ' 0$' "$(filter_dir passthru)/violations")" 0
same "operations in flight" "$(grep -vc '^#' /sys/kernel/debug/fltshim/operations)" 0
expect unload_filter misfit
same "filters" "$(ls /sys/fs/fltshim/filters)" Passthru
for file in "$LOWER"/*; do
	same "$file" "$(cat "$file")" "text of ${file##*/}"
done
expect umount "$MNT"
expect unload_filter passthru
expect rmmod fltshim
