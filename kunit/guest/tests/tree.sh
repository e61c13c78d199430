#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A tree of 400 files, 2,000 in the long run, is copied, listed, renamed, compared and removed over
# the mount with both samples loaded; the same is done without them, and all that can be seen is the
# same.
# needs: kernels=6.12 long-kernels=6.1 lower=ext4 long-lower=xfs filters=passthru,spy programs=tar time=300
. /t/lib.sh

folders=8
[ "$LONG" = 1 ] && folders=40

# The tree: folders of 50 files, sizes from nothing to a few pages, all different.
make_tree() {
	awk -v top="$1" -v folders="$folders" 'BEGIN {
		for (d = 0; d < folders; d++) {
			dir = top "/folder " d
			system("mkdir -p \"" dir "\"")
			for (f = 0; f < 50; f++) {
				file = dir "/file-" f
				printf "" >file
				size = (d * 50 + f) * 7 % 12000
				for (n = 0; n < size; n += 40)
					printf "%d %d %d some text to fill the file\n", d, f, n >file
				close(file)
			}
		}
	}'
}

# work FOLDER: the same steps anywhere; says what can be seen after each
work() {
	(
		cd "$1" || exit 1
		cp -a /tmp/source copy || echo "copying failed"
		ls -R copy | cksum
		(cd copy && find . -type f | sort | xargs -d '\n' sha256sum) | sha256sum
		(cd copy && find . -type f | sort | xargs -d '\n' stat -c '%n %s %a %h %u %Y') | cksum
		for dir in copy/*; do
			mv "$dir/file-7" "$dir/seventh" || echo "renaming failed"
		done
		mv "copy/folder 3" "copy/third" || echo "renaming a folder failed"
		find copy -name 'file-11' | sort | while read -r f; do
			mv "$f" "$f.renamed" || echo "renaming $f failed"
		done
		ls -R copy | cksum
		find copy -name 'file-?9' -type f -path '*[05]/*' | sort | while read -r f; do
			echo "appended" >>"$f"
			chmod 600 "$f"
		done
		diff -r /tmp/source copy | cksum
		tar -cf - copy | tar -tf - | sort | cksum
		rm -r copy/third
		find copy | wc -l
		rm -r copy || echo "removing failed"
		ls -A
	) >"/tmp/work/$2" 2>&1
}

make_tree /tmp/source
same "files made" "$(find /tmp/source -type f | wc -l)" $((folders * 50))
mkdir "$LOWER/direct" "$LOWER/seen"
work "$LOWER/direct" direct
# what fails alike on both would not be seen
grep -e failed -e ': ' /tmp/work/direct && fail "the steps themselves do not work here"
load_filter passthru
load_filter spy "$SPY_QUIET"
expect mount_flt "" "$LOWER/seen"
work "$MNT" seen
if ! cmp -s /tmp/work/direct /tmp/work/seen; then
	fail "differs from what the lower file system does (< direct, > mount):"
	diff /tmp/work/direct /tmp/work/seen
fi
rm -r /tmp/source
