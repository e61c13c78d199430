#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A panic ends the boot; this test is named for it, and the ones after it get another.
# needs: lower=ext4
# expect: not ok kernel panicked: Kernel panic - not syncing: sysrq
. /t/lib.sh
echo c >/proc/sysrq-trigger
sleep 10
