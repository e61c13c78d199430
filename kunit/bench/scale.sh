#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's half of `make bench`, second boot: what two processes on two processors get done
# compared with one, on the file system itself and through fltfs with a filter, turn by turn, and once
# more while other filters attach and detach. Reports fsscale's lines, each after "LOWER quiet" or
# "LOWER changing".
#
# From scripts/bench: LOWERS, a list; FILTER, which stays, and COMING, which comes and goes;
# OPERATIONS, a list; ROUNDS, and MILLISECONDS for each.

. /bench/lib.sh

# changes COMING: attaches and detaches it until /tmp/stop is there, and counts in /tmp/changes.
changes() {
	made=0
	while [ ! -e /tmp/stop ]; do
		try "cannot load $1.ko" insmod "/modules/$1.ko"
		ls /mnt >/dev/null
		try "cannot unload $1" sh -c "echo 1 >/sys/fs/fltshim/filters/$1/unload"
		try "cannot remove $1.ko" rmmod "$1"
		made=$((made + 1))
		echo $made >/tmp/changes
		# not to be what is measured
		sleep 0.1
	done
}

scale() {
	# shellcheck disable=SC2046 # a list
	/bench/fsscale "$ROUNDS" "$MILLISECONDS" "$2" /mnt $(echo "$OPERATIONS" | tr , ' ') >/tmp/rates \
		2>/tmp/unsaid || die "cannot measure: $(cat /tmp/unsaid)"
	sed "s/^/$1 /" /tmp/rates
}

all() {
	lowers_up
	filters_up "$FILTER"
	for lower in $(echo "$LOWERS" | tr , ' '); do
		folder=/lower/$lower
		mkdir "$folder/itself" "$folder/below" || die "cannot make a folder"
		fltfs_up "$folder/below" 1
		echo "now $lower quiet"
		scale "$lower quiet" "$folder/itself"
		echo "now $lower changing"
		rm -f /tmp/stop
		changes "$COMING" &
		scale "$lower changing" "$folder/itself"
		: >/tmp/stop
		wait $! || die "the changes failed"
		echo "changes $lower $(cat /tmp/changes)"
		down
		rm -r "$folder/itself" "$folder/below"
	done
	filters_down scale
	rmmod fltshim
}

( all ) || {
	echo "error scaling: $(cat /tmp/why)"
	exit 1
}
