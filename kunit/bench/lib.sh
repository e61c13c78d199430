# SPDX-License-Identifier: GPL-2.0
# For the guests of `make bench`: puts contenders up at /mnt and takes them down again. Runs in a
# Debian root. Every function that fails ends the shell it runs in, after a line in /tmp/why.

die() {
	echo "$*" >>/tmp/why
	exit 1
}

# try WHAT COMMAND...: the command, whose own words follow WHAT if it fails.
try() {
	what=$1
	shift
	"$@" >/tmp/said 2>&1 || die "$what: $(tail -n 3 /tmp/said | tr '\n' ' ')"
}

# lowers_up: /lower/tmpfs and /lower/ext4, and nothing that writes to the root.
lowers_up() {
	mkdir -p /lower/tmpfs /lower/ext4
	try "cannot make the root read-only" mount -o remount,ro /
	try "cannot mount tmpfs" mount -t tmpfs tmpfs /lower/tmpfs
	gunzip -c /bench/ext4.gz >/dev/ram0 || die "cannot fill the RAM disk"
	try "cannot mount ext4" mount -t ext4 /dev/ram0 /lower/ext4
	try "cannot load fltshim.ko" insmod /modules/fltshim.ko
}

# filters_up LIST: loads what LIST, with plus signs, names.
filters_up() {
	for filter in $(echo "$1" | tr + ' '); do
		try "cannot load $filter.ko" insmod "/modules/$filter.ko"
	done
}

# filters_down CONTENDER: unloads all filters. Those that saw nothing would make a fine figure, so it
# prints the calls of pre-operations, the second column, of each.
filters_down() {
	for dir in /sys/fs/fltshim/filters/*; do
		[ -e "$dir/stats" ] || continue
		echo "calls $1 ${dir##*/} $(awk '{ sum += $2 } END { print sum + 0 }' "$dir/stats")"
		try "cannot unload ${dir##*/}" sh -c "echo 1 >$dir/unload"
	done
	for module in $(awk '$1 == "fltshim" { gsub("[-,]", " ", $4); print $4 }' /proc/modules); do
		try "cannot remove $module.ko" rmmod "$module"
	done
}

# fltfs_up FOLDER COUNT [OPTIONS]: with COUNT filters attached, which are loaded already.
fltfs_up() {
	try "cannot mount fltfs" mount -i -t fltfs ${3:+-o "$3"} "$1" /mnt
	# As on Windows, filters attach at the first open.
	ls /mnt >/dev/null
	there=$(cat /sys/fs/fltshim/filters/*/instances 2>/dev/null | grep -c " $1 ")
	[ "$there" -eq "$2" ] || die "$there filters are attached to $1, not $2"
}

# up CONTENDER FOLDER FILTERS: the contender over FOLDER, at /mnt
up() {
	count=$(echo "$3" | tr + ' ' | wc -w)
	case $1 in
	native)
		try "cannot bind" mount --bind "$2" /mnt
		;;
	overlayfs)
		mkdir "$2/bottom" "$2/upper" "$2/work" || die "cannot make the folders of overlayfs"
		try "cannot mount overlayfs" mount -i -t overlay -o \
			"lowerdir=$2/bottom,upperdir=$2/upper,workdir=$2/work" overlay /mnt
		;;
	ecryptfs)
		try "no key" /bench/ecryptkey 0123456789abcdef
		try "cannot mount eCryptfs" mount -i -t ecryptfs -o \
			"ecryptfs_sig=0123456789abcdef,ecryptfs_cipher=aes,ecryptfs_key_bytes=16" "$2" /mnt
		;;
	bindfs)
		try "cannot mount bindfs" bindfs -o \
			"kernel_cache,big_writes,attr_timeout=3600,entry_timeout=3600" "$2" /mnt
		;;
	fuse-pass)
		try "cannot mount with FUSE" /bench/fusepass "$2" /mnt
		;;
	fanotify)
		# a mount of its own, which alone is listened to
		try "cannot bind" mount --bind "$2" /mnt
		try "cannot listen" /bench/fanallow /mnt
		;;
	swapbuf)
		fltfs_up "$2" "$count"
		;;
	fltfs-*)
		fltfs_up "$2" "$count"
		;;
	reuse-*)
		fltfs_up "$2" "$count" open=reuse
		;;
	*)
		die "there is no such contender"
		;;
	esac
}

# down: whatever is at /mnt
down() {
	if mountpoint -q /mnt; then
		try "cannot unmount" umount -i /mnt
	fi
	for name in bindfs fusepass fanallow; do
		pkill -x "$name"
		tries=0
		while pgrep -x "$name" >/dev/null; do
			tries=$((tries + 1))
			[ "$tries" -lt 100 ] || die "$name does not end"
			sleep 0.1
		done
	done
}
