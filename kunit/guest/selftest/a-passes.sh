#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A test that passes, and proves a row that no page has.
# needs: time=20
# expect: ok
. /t/lib.sh
expect test -d "$LOWER"
same "the kind of lower file system" "$(stat -f -c %T "$LOWER" | sed 's/ext.*/ext4/')" "$LOWER_FS"
proves SELF-001 true
