#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Over itself: mount -t fltfs /srv /srv.
# needs: lower=ext4,tmpfs long-kernels=debug
. /t/lib.sh
load_fltshim
mkdir "$LOWER/srv"
echo 1 >"$LOWER/srv/f"
(cd "$LOWER/srv" && sleep 0)
expect mount_flt "" "$LOWER/srv" "$LOWER/srv"
proves VOL-84 test "$(cat "$LOWER/srv/f")" = 1
echo 2 >"$LOWER/srv/g"
expect mkdir "$LOWER/srv/d"
expect mv "$LOWER/srv/g" "$LOWER/srv/d"
proves VOL-84 grep -q " $LOWER/srv fltfs " /proc/mounts
expect umount "$LOWER/srv"
proves VOL-84 test "$(cat "$LOWER/srv/d/g")" = 2
proves VOL-84 sh -c "! grep -q fltfs /proc/mounts"
