#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# needs: lower=ext4
# expect: skip not today
. /t/lib.sh
skip "not today"
