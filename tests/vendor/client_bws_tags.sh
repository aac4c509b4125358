#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The vendor's shell client with a challenge: its pair, in which the head turns to the right, meets `right` and fails `left`. For the
# tags of the second picture its request is changed, the only change beyond token and endpoint. Called by run.sh.
set -eu
. "$(dirname "$0")/bws.sh"
ask() {
    sed -e "s,^jwt=\"\",jwt=\"$token\"," -e "s,^bwsEndpoint=\"\",bwsEndpoint=\"$endpoint\"," \
        -e "/\"image\": \"\$image2\"/,/\"tags\"/ s/\"tags\": \[\]/\"tags\": [\"$1\"]/" \
        "$source/ShellScripts/Restful-LivenessDetection.sh" >"$work/client.sh"
    grep -q "\"tags\": \[\"$1\"\]" "$work/client.sh"
    HOME=$work/home bash "$work/client.sh" | sed -n 's/^Response: //p'
}
right=$(ask right)
left=$(ask left)
printf '%s\n%s\n' "$right" "$left" | /usr/bin/python3 -c '
import json, sys
right, left = map(json.loads, sys.stdin)
face = right["imageProperties"][1]["faces"][0]
print("      motion %.3f towards %.1f degrees" % (face["motionLivenessScore"], face["movementDirection"]))
assert right["live"] is True and right["errors"] == [], right
assert left["live"] is False and [e["errorCode"] for e in left["errors"]] == ["RejectedByChallengeResponse"], left'
