#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's half of `make bench`: puts up each contender on each lower file system and has fsbench
# measure it. Reports lines of "LOWER CONTENDER OPERATION INSTRUCTIONS", and "failed LOWER CONTENDER
# WHY" for one that could not be measured.
#
# From scripts/bench: LOWERS, a list; CONTENDERS, a list of NAME:FILTER+FILTER...:OPERATION+...,
# where the last are all that it is measured at, if not empty; OPERATIONS_tmpfs and OPERATIONS_ext4,
# lists; PROFILE, not empty when each operation is to run once, between the
# marks of fsprofile.c.

. /bench/lib.sh

# wanted LOWER ONLY: the operations
wanted() {
	eval "operations=\$OPERATIONS_$1"
	for operation in $(echo "$operations" | tr , ' '); do
		case +$2+ in
		++ | *+"$operation"+*) echo "$operation" ;;
		esac
	done
}

# measure LOWER CONTENDER OPERATION...: in a folder made there, which to overlayfs is in its upper layer alone;
# one in both layers costs it more.
measure() {
	mkdir /mnt/w || die "cannot make a folder"
	sync
	whose="$1 $2"
	shift 2
	/bench/fsbench ${PROFILE:+-p} /mnt/w "$whose" "$@" 2>/tmp/said ||
		die "cannot measure: $(head -n 3 /tmp/said | tr '\n' ' ')"
	rmdir /mnt/w || die "the folder is not as it was"
}

( lowers_up ) || {
	echo "error $(cat /tmp/why)"
	exit 1
}

# What a boot leaves to do in the background; idle time costs nothing here.
sleep 20

for lower in $(echo "$LOWERS" | tr , ' '); do
	for pair in $(echo "$CONTENDERS" | tr , ' '); do
		contender=${pair%%:*} only=${pair##*:} filters=${pair#*:}
		filters=${filters%:*}
		operations=$(wanted "$lower" "$only")
		[ "$operations" ] || continue
		folder=/lower/$lower/$contender
		echo "now $lower $contender"
		: >/tmp/why
		(
			mkdir "$folder" || die "cannot make a folder"
			filters_up "$filters"
			up "$contender" "$folder" "$filters"
			# shellcheck disable=SC2086 # a list
			measure "$lower" "$contender" $operations
		) || echo "failed $lower $contender $(cat /tmp/why)"
		# other modules may lie at these addresses next time
		[ -n "$PROFILE" ] && awk '$2 ~ /[tTwW]/ && $4 { print "symbol", $1, $3, $4 }' /proc/kallsyms
		: >/tmp/why
		( down && filters_down "$contender" && rm -r "$folder" ) || {
			echo "error $contender on $lower cannot be taken down: $(cat /tmp/why)"
			exit 1
		}
	done
done

if [ -n "$PROFILE" ]; then
	echo "now kernel"
	awk '$2 ~ /[tTwW]/ && !$4 { print "symbol", $1, $3 }' /proc/kallsyms
fi
rmmod fltshim
