#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job on a portrait: prints the decision, writes an annotated picture beside it, ends.
set -eu
program=$1
here=$(dirname "$0")
picture=$("$here/portrait.sh" build/portrait/astronaut.png)
out=build/portrait/astronaut-checked.png

echo "bonafide check --draw $out $picture"
status=0
"$program" check --draw "$out" "$picture" || status=$?
echo "exit status $status (0 live, 1 not live, 2 undecided); annotated picture: $out"
[ "$status" -le 2 ]
