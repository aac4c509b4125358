#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A function fits one screen (70 lines), a file one sitting (400 lines). The public header may have 450. A fuzz
# target says what it does in under 30.
cd "$1" || exit 2
bad=$(find src tests examples fuzz bench include -name '*.[ch]' 2>/dev/null | xargs awk '
    FNR == 1 { if (NR > 1 && lines > limit) print last ": " lines " lines, limit " limit
               inside = 0; last = FILENAME; limit = FILENAME ~ /include\/bonafide.h$/ ? 450 : 400 }
    { lines = FNR }
    /^int LLVMFuzzerTestOneInput/ { most = 29; start = FNR }
    /^\{/ { inside = 1; if (most != 29) { most = 70; start = FNR } }
    /^\}/ { if (inside && FNR - start + 1 > most) print FILENAME ":" start ": function of " FNR - start + 1 " lines, limit " most; inside = most = 0 }
    END { if (lines > limit) print last ": " lines " lines, limit " limit }')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
