#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# PostgreSQL on the mount, with both samples loaded, and through swapbuf with its own page cache: a
# cluster with checksums is made and works for several clients; after an end that was none it is
# whole, and so is what lies below.
# needs: kernels= long-kernels=6.1,6.12 lower=ext4 filters=passthru,spy,swapbuf
# needs: programs=postgresql-15 time=900 parallel=yes
. /t/lib.sh
export PATH="$PATH:/usr/lib/postgresql/15/bin" PGHOST=/tmp/work/socket PGUSER=postgres LC_ALL=C

# It does not run for root, and wants its user to have a name.
echo "postgres:x:1000:1000::/tmp/work:/bin/sh" >>/etc/passwd
mkdir -p /tmp/work/socket
chown 1000:1000 /tmp/work /tmp/work/socket
as() {
	setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
}

start() {
	as pg_ctl -D "$1" -w -t 120 -l /tmp/work/log \
		-o "-c listen_addresses= -c unix_socket_directories=$PGHOST -c shared_buffers=8MB" start \
		>/dev/null || die "it does not start: $(cat /tmp/work/log)"
}

# database FOLDER
database() {
	mkdir "$1/pg"
	chown 1000:1000 "$1/pg"
	as initdb -U postgres --data-checksums --auth=trust -D "$1/pg" >/tmp/work/said 2>&1 ||
		die "initdb: $(cat /tmp/work/said)"
	start "$1/pg"
	expect as pgbench -i -q -s 1 postgres >/tmp/work/said 2>&1
	expect as pgbench -c 4 -j 2 -t 50 postgres >/tmp/work/said 2>&1
	grep -q 'actually processed: 200/200' /tmp/work/said || fail "$(cat /tmp/work/said)"
	# all that ended was written down: a kill in the middle loses nothing of it
	before=$(as psql -At -c 'select count(*), sum(delta) from pgbench_history' postgres)
	same "transactions" "${before%%|*}" 200
	kill -KILL $(cat "$1/pg/postmaster.pid" | head -n 1)
	wait_for sh -c '! pgrep -u 1000 postgres' || fail "processes of it stay"
	start "$1/pg"
	same "what is there after a kill" "$before" \
		"$(as psql -At -c 'select count(*), sum(delta) from pgbench_history' postgres)"
	same "sums that must agree" \
		"$(as psql -At -c 'select sum(abalance) from pgbench_accounts' postgres)" \
		"$(as psql -At -c 'select sum(bbalance) from pgbench_branches' postgres)"
	expect as pg_ctl -D "$1/pg" -w -t 120 -m fast stop >/dev/null
	expect as pg_checksums --check -D "$1/pg" >/tmp/work/said 2>&1
}

mkdir "$LOWER/seen" "$LOWER/changed"
load_filter passthru
load_filter spy "$SPY_QUIET"
expect mount_flt "" "$LOWER/seen"
database "$MNT"
expect umount "$MNT"
# as well when read from below
expect as pg_checksums --check -D "$LOWER/seen/pg" >/tmp/work/said 2>&1

load_filter swapbuf
expect mount_flt cache=auto,write=back "$LOWER/changed"
database "$MNT"
expect umount "$MNT"
refuse as pg_checksums --check -D "$LOWER/changed/pg"
