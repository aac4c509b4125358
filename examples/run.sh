#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one example on a live picture and checks exit status and output.  run.sh PROGRAM SHARED BUILD
set -eu
program=$1
shared=${BONAFIDE_SHARED:-$2}
picture=$shared/data/webcam_a/live/17424090493399343.jpg
[ -r "$picture" ] || picture=$("$(dirname "$0")/../tools/portrait.sh" "$3/portrait/astronaut.png") || { echo "left out: no portrait"; exit 77; }
[ "$(wc -l <"$(dirname "$0")/$(basename "$program" | sed 's/example_//').c")" -lt 40 ] || { echo "40 lines or more"; exit 1; }
case $program in
*check) "$program" "$picture" | tee /dev/stderr | grep -q '^live, score 0\.[5-9].*1 face' ;;
*match) "$program" "$picture" "$picture" | tee /dev/stderr | grep -q 'similarity 1.000.*same person' ;;
*quality) "$program" "$picture" | tee /dev/stderr | grep -q '^face [0-9]* x [0-9]* at' ;;
esac
"$program" && { echo "no usage error without arguments"; exit 1; } || [ $? -eq 64 ]
