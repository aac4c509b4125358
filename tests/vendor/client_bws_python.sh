#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The vendor's Python client (requests) with its own pair: token and endpoint are filled in, nothing else. Called by run.sh.
set -eu
. "$(dirname "$0")/bws.sh"
sed -e "s,^jwt = \"\",jwt = \"$token\"," -e "s,^bws_endpoint = \"\",bws_endpoint = \"$endpoint\"," \
    "$source/Python/Restful-LIvenessDetection.py" >"$work/client.py"
answer=$(HOME=$work/home /usr/bin/python3 "$work/client.py")
echo "      $answer" | tr '\n' ' '
echo
printf '%s' "$answer" | grep -q '^API request successfully sent!'
printf '%s' "$answer" | sed -n 's/^Response:  //p' | /usr/bin/python3 -c '
import ast, sys
a = ast.literal_eval(sys.stdin.read())
assert a["status"] == "SUCCEEDED" and a["errors"] == [] and a["live"] is True, a
assert len(a["imageProperties"]) == 2 and 0.5 <= a["livenessScore"] <= 1, a'
