#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Drives wrk at a running server and says what a request costs; see server_load.py. usage: server.sh BINARY
set -eu
BONAFIDE=$1
[ -n "${BONAFIDE_SHARED:-}" ] || BONAFIDE_SHARED=$(dirname "$0")/../../shared
export BONAFIDE BONAFIDE_SHARED PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 "$(dirname "$0")/server_load.py"
