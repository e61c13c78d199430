#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A test that takes too long is ended, with what it started.
# needs: time=1 lower=ext4
# expect: not ok did not end within 3 s
. /t/lib.sh
sleep 1000 &
sleep 1000
