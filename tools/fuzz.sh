#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target of a build for FUZZ_SECONDS each (default 60), or only those named after the folder.
# Seeds: tests/data/fuzz/NAME where it exists, and what the seeds_* programs of the build render. What a target finds stays in
# BUILD/found; the exit status is 1 when anything was found.
set -eu
build=$1
shift
seconds=${FUZZ_SECONDS:-60}
root=$(cd "$(dirname "$0")/.." && pwd)
corpus=$build/corpus
found=$build/found
mkdir -p "$corpus" "$found"
for maker in "$build"/seeds_*; do
    [ -x "$maker" ] && [ -f "$maker" ] && "$maker" "$corpus"
done
status=0
for target in "$build"/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/fuzz_}
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    mkdir -p "$corpus/$name"
    seeds=
    [ -d "$root/tests/data/fuzz/$name" ] && seeds=$root/tests/data/fuzz/$name
    # shellcheck disable=SC2086
    if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$found/$name-" "$corpus/$name" $seeds >"$found/$name.log" 2>&1 </dev/null; then
        echo "$name: $(sed -n 's/stat::number_of_executed_units: */runs /p' "$found/$name.log"), nothing found"
    else
        echo "$name: FOUND something, see $found/$name.log"
        status=1
    fi
done
exit $status
