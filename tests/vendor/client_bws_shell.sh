#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The vendor's shell client (bash, curl) with its own pair: token and endpoint are filled in, nothing else. Called by run.sh.
set -eu
. "$(dirname "$0")/bws.sh"
sed -e "s,^jwt=\"\",jwt=\"$token\"," -e "s,^bwsEndpoint=\"\",bwsEndpoint=\"$endpoint\"," \
    "$source/ShellScripts/Restful-LivenessDetection.sh" >"$work/client.sh"
answer=$(HOME=$work/home bash "$work/client.sh")
echo "      $answer" | tr '\n' ' '
echo
printf '%s' "$answer" | grep -q '^API request sent successfully!'
json=$(printf '%s' "$answer" | sed -n 's/^Response: //p')
printf '%s' "$json" | /usr/bin/python3 -c '
import json, sys
a = json.load(sys.stdin)
assert a["status"] == "SUCCEEDED" and a["errors"] == [] and a["live"] is True, a
assert len(a["imageProperties"]) == 2 and 0.5 <= a["livenessScore"] <= 1, a
assert a["imageProperties"][1]["faces"][0]["motionLivenessScore"] >= 0.5, a'
