#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In a Debian root with a real program.
# needs: programs=file lower=ext4
# expect: ok
. /t/lib.sh
expect file /bin/bash
expect bash -c 'test -n "$BASH_VERSION"'
expect touch "$LOWER/x"
