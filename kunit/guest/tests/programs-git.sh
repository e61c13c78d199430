#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# git does on the mount, with both samples loaded, what it does below; and so it does, a little of
# it unless in the long run, where everything below is changed by the sample swapbuf.
# needs: lower=ext4,xfs filters=passthru,spy,swapbuf programs=git time=300
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

# in the own page cache: packs and indexes are mapped, and every byte below is another
clone() {
	(
		cd "$1" || exit 1
		git init -q -b main repo && cd repo || exit 1
		seq 3000 >numbers
		git add . && git commit -q -m one
		seq 2000 >numbers
		git commit -q -a -m two
		git gc -q
		cd .. || exit 1
		git clone -q --no-local repo clone
		git -C clone fsck --strict --full
		git -C clone log --format=%H
		cksum clone/numbers
		git -C clone status --porcelain
	) >"/tmp/work/$2" 2>&1
}

expect umount "$MNT"
expect unload_filter spy
expect unload_filter passthru
load_filter swapbuf
mkdir "$LOWER/masked"
expect mount_flt cache=auto "$LOWER/masked"
clone "$LOWER/direct" direct
clone "$MNT" seen
grep -q "numbers" /tmp/work/direct || die "cloning itself does not work: $(cat /tmp/work/direct)"
expect cmp /tmp/work/direct /tmp/work/seen
for file in "$MNT"/clone/.git/objects/pack/*.pack; do
	same "the start of a pack" "$(head -c 4 "$file")" PACK
	proves BUF-062 test "$(head -c 4 "$LOWER/masked/${file#"$MNT"}" | od -An -tx1)" = " f5 e4 e6 ee"
done
if [ "$LONG" = 1 ]; then
	rm -rf "$LOWER"/direct/* "$MNT"/*
	work "$LOWER/direct" direct
	work "$MNT" seen
	expect cmp /tmp/work/direct /tmp/work/seen
fi
