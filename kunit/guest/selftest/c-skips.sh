#!/bin/sh
# needs: lower=ext4
# expect: skip not today
. /t/lib.sh
skip "not today"
