#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# stress-ng's stressors of file systems, two processes each, which check what they do: what passes
# on the lower file system passes on the mount, with both samples loaded.
# needs: kernels= long-kernels=6.1,6.12 lower=ext4,xfs filters=passthru,spy programs=stress-ng
# needs: time=1200 parallel=yes
. /t/lib.sh

# Those of the class "filesystem", but those of other file systems (binderfs, ramfs, procfs) or of
# none; dirmany and hdd, which measure how much there is room for; and fanotify, for which Debian's
# kernels taint themselves.
stressors="access acl chattr chdir chmod chown copy-file dentry dir dirdeep dnotify dup eventfd
	fallocate fcntl fiemap file-ioctl filename flock fpunch fsize fstat getdent
	inode-flags inotify io iomix lease link locka lockf lockofd metamix mknod mmap msync open
	readahead rename seek sendfile splice symlink sync-file touch truncate unlink utime
	vm-splice xattr"

# stress FOLDER FILE: the stressors that do not pass there, each with its exit status
stress() {
	for stressor in $stressors; do
		status=0
		stress-ng --$stressor 2 --timeout 3 --verify --oomable --temp-path "$1" \
			>/tmp/work/said 2>&1 </dev/null || status=$?
		# 3 and 4: not enough of something, or not on this kernel
		case $status in
		0) ;;
		*)
			echo "$stressor $status"
			{ echo "$stressor in $1: $status"; cat /tmp/work/said; } >>/tmp/work/words
			;;
		esac
		ls -A "$1" | grep -q . && echo "$stressor left $(ls -A "$1" | head -n 3)"
		rm -rf "${1:?}"/* 2>/dev/null
	done >"/tmp/work/$2"
}

mkdir "$LOWER/direct" "$LOWER/seen"
stress "$LOWER/direct" direct
load_filter passthru
load_filter spy "$SPY_QUIET"
expect mount_flt "" "$LOWER/seen"
stress "$MNT" seen
if ! cmp -s direct seen; then
	fail "differs from what the lower file system does (< direct, > mount):"
	diff direct seen
	cat words
fi
expect [ "$(wc -l <direct)" -lt 12 ]
