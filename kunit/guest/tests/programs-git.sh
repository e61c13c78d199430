#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# git does on the mount, with both samples loaded, what it does below; and a clone through swapbuf,
# with write-back, is whole.
# needs: kernels=6.12 long-kernels=6.1 lower=ext4 filters=passthru,spy,swapbuf programs=git time=300
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
expect umount "$MNT"
expect unload_filter spy
expect unload_filter passthru

git init -q -b main /tmp/work/origin
cp -r /t /tmp/work/origin/tests
seq 20000 >/tmp/work/origin/numbers
git -C /tmp/work/origin add . && git -C /tmp/work/origin commit -q -m all || die "no repository"
mkdir "$LOWER/swapped"
load_filter swapbuf
expect mount_flt cache=auto,write=back "$LOWER/swapped"
expect git clone -q --no-local /tmp/work/origin "$MNT/clone"
expect umount "$MNT"
expect mount_flt cache=auto,write=back "$LOWER/swapped"
expect git -C "$MNT/clone" fsck --strict
same "what a clone has" "$(git -C "$MNT/clone" rev-parse HEAD)" \
	"$(git -C /tmp/work/origin rev-parse HEAD)"
same "what differs from it" "$(git -C "$MNT/clone" status --porcelain)" ""
expect cmp "$MNT/clone/numbers" /tmp/work/origin/numbers
! cmp -s "$LOWER/swapped/clone/numbers" /tmp/work/origin/numbers || fail "what lies below is plain"
