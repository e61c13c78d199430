#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A failed proof fails the test.
# needs: lower=ext4
# expect: not ok SELF-002: false
. /t/lib.sh
proves SELF-002 false
