#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format 14 decides layout; nobody argues.
cd "$1" || exit 2
command -v clang-format-14 >/dev/null || { echo "left out: needs clang-format-14"; exit 77; }
find src include tests fuzz examples bench -name '*.[ch]' 2>/dev/null | xargs clang-format-14 --dry-run -Werror 2>&1 | head -20 | grep . && exit 1
exit 0
