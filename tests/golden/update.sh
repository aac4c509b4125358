#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rewrites the golden tables after a change that was meant: tests/golden/update.sh [BUILD, default build/dev]
# Then look at `git diff tests/golden`: only what was meant to change should.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/dev}
shared=${BONAFIDE_SHARED:-$root/../shared}
[ -d "$shared/data" ] || { echo "update.sh: $shared/data is needed, or its rows would get lost" >&2; exit 1; }
cmake --build "$build" --target golden_expected
program=$build/tests/golden/golden_expected
"$program" builtin "$root/tests/golden/expected_builtin.csv" "$shared" --write
"$program" "$root/packs/reference.json" "$root/tests/golden/expected_reference.csv" "$shared" --write
