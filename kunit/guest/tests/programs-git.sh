#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# git does on the mount, with both samples loaded, what it does below.
# needs: lower=ext4 filters=passthru,spy programs=git time=300
. /t/lib.sh
export HOME=/tmp/work GIT_AUTHOR_DATE="2024-01-01T00:00:00Z" GIT_COMMITTER_DATE="2024-01-01T00:00:00Z"
git config --global user.email "someone@example.org"
git config --global user.name "Someone"
git config --global gc.auto 0
git config --global safe.directory '*'

work() {
	(
		cd "$1" || exit 1
		# history, branches, merge, checkout, clone, gc, fsck
		git init -q -b main repo && cd repo || exit 1
		for n in 1 2 3 4 5; do
			seq $((n * 100)) >numbers
			mkdir -p d/$n
			seq $n >d/$n/file
			git add . && git commit -q -m "commit $n"
		done
		git checkout -q -b other HEAD~2
		echo other >other
		git add . && git commit -q -m other
		git checkout -q main
		git merge -q -m merged other
		git log --format='%H %s' --all
		git gc -q
		git fsck --strict
		git status --porcelain
		cd .. || exit 1
		git clone -q repo clone
		(cd clone && git log --format=%H | tail -n 1 && find . -path ./.git -prune -o -type f -print | sort)
		find . -path '*/.git' -prune -o -type f -print | sort
		cd .. || exit 1
		rm -rf "${1:?}"/*
		ls -A "$1"
	) >"/tmp/work/$2" 2>&1
}

mkdir "$LOWER/direct" "$LOWER/seen"
work "$LOWER/direct" direct
load_filter passthru
load_filter spy "$SPY_QUIET"
expect mount_flt "" "$LOWER/seen"
work "$MNT" seen
grep -q "merged" /tmp/work/direct || die "the work itself does not work: $(cat /tmp/work/direct)"
if ! cmp -s /tmp/work/direct /tmp/work/seen; then
	fail "differs from what the lower file system does (< direct, > mount):"
	diff /tmp/work/direct /tmp/work/seen
fi
