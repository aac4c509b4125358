#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the vendors' own public clients against our server: every client_*.sh here. usage: run.sh BINARY [VENDOR]
# VENDOR is a folder with the vendors' repositories, for those clients that come from one. A client's script exits with 0, with
# 77 when what it needs is not there, with anything else when it failed.
set -u
BONAFIDE=$(realpath "$1")
VENDOR=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
[ -n "${BONAFIDE_SHARED:-}" ] || BONAFIDE_SHARED=$here/../../../shared
export BONAFIDE VENDOR BONAFIDE_SHARED
failed=0
for client in "$here"/client_*.sh; do
    status=0
    sh "$client" || status=$?
    case $status in
    0) echo "ok    $(basename "$client" .sh)" ;;
    77) echo "SKIP  $(basename "$client" .sh)" ;;
    *)
        echo "FAIL  $(basename "$client" .sh)"
        failed=$((failed + 1))
        ;;
    esac
done
[ "$failed" -eq 0 ]
