#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Programs that people use do on the mount, with both samples loaded, what they do below.
# (git, which forks much, has a test of its own that the slow kernels are spared.)
# needs: lower=ext4,xfs kernels=6.1,6.12,debug filters=passthru,spy programs=sqlite3,tar,xz-utils time=200
. /t/lib.sh
work() {
	(
		cd "$1" || exit 1
		# sqlite: write-ahead log and rollback journal
		for mode in wal delete; do
			sqlite3 data.db <<-END
				pragma journal_mode=$mode;
				create table if not exists t(a integer primary key, b text);
				begin;
				with recursive n(x) as (select 1 union all select x + 1 from n where x < 2000)
				insert into t(b) select 'row ' || x from n;
				commit;
				update t set b = b || '!' where a % 3 = 0;
				delete from t where a % 5 = 0;
				select count(*), sum(length(b)) from t;
				pragma integrity_check;
				vacuum;
			END
		done
		sqlite3 data.db "select sum(a) from t"
		# tar: there and back
		for n in 1 2 3 4 5; do
			mkdir -p tree/d/$n
			seq $((n * 100)) >tree/d/$n/numbers
			ln tree/d/$n/numbers tree/d/$n/linked
			ln -s ../$n tree/d/$n/around
		done
		tar -cJf all.tar.xz --sort=name --mtime=@0 tree
		mkdir out && tar -xJf all.tar.xz -C out && diff -r --no-dereference tree out/tree
		tar -tvJf all.tar.xz | wc -l
		find . -type f | sort
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
grep -q "tree/d/5/numbers" /tmp/work/direct || die "the work itself does not work: $(cat /tmp/work/direct)"
if ! cmp -s /tmp/work/direct /tmp/work/seen; then
	fail "differs from what the lower file system does (< direct, > mount):"
	diff /tmp/work/direct /tmp/work/seen
fi
