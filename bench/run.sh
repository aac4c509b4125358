#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bonafide beside what one could install instead: OpenCV DNN and ONNX Runtime on the same networks, OpenCV on the same check, a Python
# server under the same load. One interleaved run; writes docs/performance.md's tables to build/bench/performance.md. A peer that is
# not there is named and left out.
# usage: bench/run.sh PROGRAM     environment: BONAFIDE_SHARED (reference networks), ROUNDS (default 5), SECONDS_EACH (default 1),
#                                 PARTS (default "nets check server"), RUNS (of ours in a round, default 41)
set -eu
cd "$(dirname "$0")/.."
shared=${BONAFIDE_SHARED:-../shared}
[ -d "$shared/models" ] || { echo "bench/run.sh: no reference networks at $shared/models (set BONAFIDE_SHARED)" >&2; exit 1; }
mkdir -p build/bench
if [ ! -d build/bench/node_modules/onnxruntime-node ] && command -v node >/dev/null && command -v npm >/dev/null; then
    (cd build/bench && npm install --silent --no-fund --no-audit onnxruntime-node --ignore-scripts >/dev/null) || true
fi
tools/portrait.sh build/bench/portrait.png
exec /usr/bin/python3 bench/peers.py "$1" "$shared/models" build/bench "${ROUNDS:-5}" "${SECONDS_EACH:-1}" "${PARTS:-nets check server}"
