#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# The guest's half of scripts/bench: puts up each contender on each lower file system and has
# fsbench measure it. Reports lines of "LOWER CONTENDER OPERATION INSTRUCTIONS".
#
# From scripts/bench: LOWERS, CONTENDERS and OPERATIONS, lists; FILTERS, how many passthruN.ko there
# are; PROFILE, not empty when one operation is to run between the marks of fsprofile.c.

die() {
	echo "error $*"
	exit 1
}

# measure LOWER CONTENDER FOLDER: in a folder made there, which to overlayfs is in its upper layer
# alone; one in both layers costs it more.
measure() {
	mkdir "$3/w" || die "cannot make a folder: $2 on $1"
	sync
	echo "now $1 $2"
	if [ -n "$PROFILE" ]; then
		# shellcheck disable=SC2086 # a list
		/bench/fsbench -p "$3/w" $OPERATIONS >/tmp/figures 2>&1 || die "$2 on $1: $(cat /tmp/figures)"
	else
		# shellcheck disable=SC2086 # a list
		/bench/fsbench "$3/w" $OPERATIONS >/tmp/figures 2>&1 || die "$2 on $1: $(cat /tmp/figures)"
	fi
	sed "s/^/$1 $2 /" /tmp/figures
	rmdir "$3/w" || die "the folder is not as it was: $2 on $1"
}

on_native() {
	measure "$1" native "$2"
}

on_overlayfs() {
	mkdir "$2/bottom" "$2/upper" "$2/work" || die "cannot make the folders of overlayfs"
	mount -t overlay -o "lowerdir=$2/bottom,upperdir=$2/upper,workdir=$2/work" overlay /mnt ||
		die "cannot mount overlayfs on $1"
	measure "$1" overlayfs /mnt
	umount /mnt || die "cannot unmount overlayfs"
}

# on_fltfs LOWER FOLDER COUNT: the COUNT filters are loaded already.
on_fltfs() {
	mount -t fltfs "$2" /mnt || die "cannot mount fltfs on $1"
	# As on Windows, filters attach at the first open.
	ls /mnt >/dev/null
	there=$(cat /sys/fs/fltshim/filters/*/instances 2>/dev/null | grep -c " $2 ")
	[ "$there" -eq "$3" ] || die "$there filters are attached to $2, not $3"
	measure "$1" "fltfs-$3" /mnt
	umount /mnt || die "cannot unmount fltfs"
}

# load COUNT: so many filters in all
load() {
	while [ "$loaded" -lt "$1" ]; do
		loaded=$((loaded + 1))
		insmod "/modules/passthru$loaded.ko" || die "cannot load passthru$loaded.ko"
	done
}

mkdir -p /lower/tmpfs /lower/ext4
mount -t tmpfs tmpfs /lower/tmpfs || die "cannot mount tmpfs"
gunzip -c /bench/ext4.gz >/dev/ram0 || die "cannot fill the RAM disk"
mount -t ext4 /dev/ram0 /lower/ext4 || die "cannot mount ext4"
insmod /modules/fltshim.ko || die "cannot load fltshim.ko"

# What a boot leaves to do in the background; idle time costs nothing here.
sleep 20

loaded=0
CONTENDERS=$(echo "$CONTENDERS" | tr , " ") LOWERS=$(echo "$LOWERS" | tr , " ")
OPERATIONS=$(echo "$OPERATIONS" | tr , " ")
for contender in $CONTENDERS; do
	case $contender in
	fltfs-*) load "${contender#fltfs-}" ;;
	esac
	for lower in $LOWERS; do
		folder=/lower/$lower/$contender
		mkdir "$folder" || die "cannot make $folder"
		case $contender in
		fltfs-*) on_fltfs "$lower" "$folder" "${contender#fltfs-}" ;;
		*) "on_$contender" "$lower" "$folder" ;;
		esac
		rm -r "$folder"
	done
done

if [ -n "$PROFILE" ]; then
	awk '$2 ~ /[tTwW]/ { print "symbol", $1, $3, $4 }' /proc/kallsyms
fi

# Filters that saw nothing would make a fine figure. Pre-operations are the second column.
for dir in /sys/fs/fltshim/filters/*; do
	[ -e "$dir/stats" ] || continue
	echo "calls ${dir##*/} $(awk '{ sum += $2 } END { print sum + 0 }' "$dir/stats")"
	echo 1 >"$dir/unload" || die "cannot unload ${dir##*/}"
done
while [ "$loaded" -gt 0 ]; do
	rmmod "passthru$loaded" || die "cannot remove passthru$loaded.ko"
	loaded=$((loaded - 1))
done
rmmod fltshim || die "cannot remove fltshim.ko"
