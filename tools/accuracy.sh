#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rewrites docs/accuracy.md with both packs. usage: tools/accuracy.sh PROGRAM [SHARED]
set -eu
program=$1
shared=${2:-../shared}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for pack in builtin packs/reference.json; do
    "$program" evaluate pad "$shared/data/manifest.csv" --root "$shared/data" --models "$pack" --json "$work/$(basename "$pack" .json).json" >/dev/null
done
python3 "$(dirname "$0")/accuracy.py" "$work/reference.json" "$work/builtin.json" >"$(dirname "$0")/../docs/accuracy.md"
