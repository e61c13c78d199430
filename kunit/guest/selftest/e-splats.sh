#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A splat that does not panic is found in the log, and this test is named for it.
# needs: lower=ext4
# expect: not ok kernel log has: refcount_t: a lie
. /t/lib.sh
echo '<4>refcount_t: a lie' >/dev/kmsg
