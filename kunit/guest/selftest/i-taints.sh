#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A taint other than O, E and N is a failure, whatever the tests say.
# needs: lower=tmpfs
# expect: not ok the kernel is tainted: flags 512
. /t/lib.sh
echo 512 >/proc/sys/kernel/tainted
