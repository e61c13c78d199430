#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's half of the demo: loads, mounts, works, and reports to scripts/demo in lines of
# "@word rest". Runs in a Debian root with git, sqlite3 and tar; /srv is an ext4 disk.
export HOME=/root GIT_PAGER=cat

die() {
	echo "@error $*"
	exit 1
}

# run COMMAND: show it, do it, show what it says; the live log runs beside it
run() {
	echo "@cmd $1"
	if ! sh -c "$1" >/tmp/out 2>&1; then
		sed 's/^/@out /' /tmp/out
		die "this failed: $1"
	fi
	sed 's/^/@out /' /tmp/out
	sleep 0.3
	echo "@done"
}

sums() {
	(cd "$1" && find . -path ./lost+found -prune -o -type f -print | sort |
		xargs -d '\n' sha256sum)
}

echo "@kernel $(uname -r)"
echo "@step load"
for module in fltshim passthru spy; do
	echo "@cmd insmod $module.ko"
	insmod "/modules/$module.ko" || die "cannot load $module.ko: $(dmesg | tail -n 2)"
	echo "@done"
done

echo "@step mount"
echo "@lower $(findmnt -n -o FSTYPE,SOURCE /srv)"
run "mount -t fltfs /srv /srv"
# instances attach when a volume is first used
run "ls -A /srv"
for dir in /sys/fs/fltshim/filters/*; do
	echo "@filter $(cat "$dir/altitude") ${dir##*/}"
	echo "@instance $(head -n 1 "$dir/instances")"
done
echo "@stack"

echo "@step work"
dmesg --follow-new | sed -un 's/^.*spy: /@live /p' &
live=$!
sleep 0.5
cd /srv || die "cannot enter /srv"
run "cp -r /usr/share/git-core/templates docs"
run "tar -czf docs.tar.gz docs && tar -tzf docs.tar.gz | wc -l"
run "sqlite3 people.db \"create table people(name text); insert into people values ('Ada'), ('Grace'); select count(*) || ' people' from people\""
run "git init -q . && git -c user.name=You -c user.email=you@example.org add -A && git -c user.name=You -c user.email=you@example.org commit -qm 'all of it' && git log --oneline"
run "mv docs papers && rm -r papers/hooks && ls papers"
run "rmdir papers || true"
kill $live 2>/dev/null

echo "@step table"
for dir in /sys/fs/fltshim/filters/*; do
	sed "s/^/@stat ${dir##*/} /" "$dir/stats"
done
echo "@table"

echo "@step check"
sums /srv >/tmp/through
cd / || exit 1
count=$(wc -l </tmp/through)
run "umount /srv"
sums /srv >/tmp/below
[ "$count" -gt 0 ] || die "no file was found below /srv to compare"
if cmp -s /tmp/through /tmp/below; then
	echo "@good $count files have the same SHA-256 through the mount and on ext4 itself"
else
	diff /tmp/through /tmp/below | sed 's/^/@out /'
	die "files differ between the mount and ext4"
fi
copied=$(cd /usr/share/git-core/templates && find . -path ./hooks -prune -o -type f -print | sort | xargs sha256sum)
if [ "$(cd /srv/papers && find . -type f | sort | xargs sha256sum)" = "$copied" ]; then
	echo "@good the files that cp wrote are bit for bit the ones it read"
else
	die "the copied files are not what was copied"
fi
for dir in /sys/fs/fltshim/filters/*; do
	run "echo 1 > $dir/unload"
done
run "rmmod spy passthru fltshim"
echo "@good both filters unloaded, nothing left behind"
