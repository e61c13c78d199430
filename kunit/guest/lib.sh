# SPDX-License-Identifier: GPL-2.0
# For shell tests in a guest: a test starts with  . /t/lib.sh  and uses what is below.
#
# From run.sh it has: TEST its name; LOWER an empty folder on the lower file system; LOWER_FS
# the type of that; MNT an empty folder to mount on; KERNEL 6.1, 6.12
# or debug; LONG, which is 1 in the long run.  The working folder is /tmp/work.  When the test
# ends, however it ends, cleanup takes down what these functions put up, and what cannot be taken
# down fails the test.

failures=0

# fail WHY: the test fails, and goes on; returns 1, for who asks whether a check held.
fail() {
	echo "failed: $*"
	failures=$((failures + 1))
	return 1
}

# die WHY: the test fails, and ends.
die() {
	fail "$*"
	exit 1
}

# skip WHY: the test cannot run here.
skip() {
	echo "$*"
	failures=0
	trap - EXIT
	cleanup
	exit 77
}

# proves ID COMMAND...: the contract row holds if the command succeeds.
proves() {
	proves_id=$1
	shift
	if "$@"; then
		echo "proves: $proves_id ok $TEST $TEST.sh"
	else
		echo "proves: $proves_id failed $TEST $TEST.sh"
		fail "$proves_id: $*"
	fi
}

# expect COMMAND...: fails the test unless the command succeeds.
expect() {
	"$@" || fail "returned $?: $*"
}

# refuse COMMAND...: fails the test unless the command fails; its message is in /tmp/work/why.
refuse() {
	if "$@" >/tmp/work/why 2>&1; then
		fail "succeeded, but must not: $*"
		return 1
	fi
	return 0
}

# same WHAT A B: fails the test unless the two strings are equal.
same() {
	[ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
}

# wait_for COMMAND...: repeat the command until it succeeds; what takes a minute does not happen.
wait_for() {
	wait_tries=600
	until "$@"; do
		wait_tries=$((wait_tries - 1))
		[ $wait_tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# lost_memory COUNT: so many pieces of memory have been lost so far, and that is meant; where the
# kernel can tell, another count fails the test, and these are not told of again.
lost_memory() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	# what is younger than five seconds is not looked at
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	sleep 1
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >/tmp/work/lost
	[ "$(grep -c 'unreferenced object' /tmp/work/lost)" = "$1" ] ||
		fail "not $1 pieces of memory are lost, but: $(cat /tmp/work/lost)"
	echo clear >/sys/kernel/debug/kmemleak
}

loaded() {
	grep -q "^$1 " /proc/modules
}

# load_fltshim [ARGS]
load_fltshim() {
	loaded fltshim || insmod /modules/fltshim.ko "$@" || die "cannot load fltshim"
}

# load_filter NAME [ARGS]: the minifilter NAME.ko, and fltshim before it.
load_filter() {
	load_fltshim
	load_name=$1
	shift
	insmod "/modules/$load_name.ko" "$@" ||
		die "cannot load the filter $load_name: $(dmesg | tail -n 3)"
}

# filter_dir NAME: its folder in sysfs, which has the name of the service, whatever its case.
filter_dir() {
	filter_dir=$(ls /sys/fs/fltshim/filters | grep -ix "$1") || return 1
	echo "/sys/fs/fltshim/filters/$filter_dir"
}

# unload_filter NAME: as an administrator does, then remove the module.
unload_filter() {
	if unload_dir=$(filter_dir "$1"); then
		echo 1 >"$unload_dir/unload" || return 1
	fi
	rmmod "$1"
}

# An argument for load_filter spy: no line in the kernel log for each operation.
SPY_QUIET='params=Parameters\DebugFlags=0'

# mount_flt [OPTIONS [LOWER [MNT]]]
mount_flt() {
	mount -t fltfs ${1:+-o "$1"} "${2:-$LOWER}" "${3:-$MNT}"
}

cleanup() {
	cd /
	# newest mount first
	grep ' fltfs ' /proc/mounts | cut -d ' ' -f 2 | tac >/tmp/work.mounts
	while read -r cleanup_dir; do
		umount "$cleanup_dir" || fail "cannot unmount $cleanup_dir"
	done </tmp/work.mounts
	for cleanup_dir in /sys/fs/fltshim/filters/*; do
		[ -e "$cleanup_dir/unload" ] || continue
		echo 1 >"$cleanup_dir/unload" || fail "cannot unload the filter ${cleanup_dir##*/}"
	done
	if loaded fltshim; then
		for cleanup_mod in $(sed -n 's/^fltshim [0-9]* [0-9]* \([^ ]*\) .*/\1/p' /proc/modules |
				tr ',' ' '); do
			[ "$cleanup_mod" = - ] || rmmod "$cleanup_mod" ||
				fail "cannot remove the module $cleanup_mod"
		done
		rmmod fltshim || fail "cannot remove fltshim"
	fi
}

finish() {
	finish_status=$?
	trap - EXIT
	cleanup
	if [ $finish_status -ne 0 ]; then
		exit $finish_status
	fi
	[ $failures -eq 0 ] || exit 1
}
trap finish EXIT
