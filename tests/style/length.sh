#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A function fits one screen (70 lines), a file one sitting (400 lines). The public header may have 450.
cd "$1" || exit 2
bad=$(find src tests examples fuzz bench include -name '*.[ch]' 2>/dev/null | xargs awk '
    FNR == 1 { if (NR > 1 && lines > limit) print last ": " lines " lines, limit " limit
               inside = 0; last = FILENAME; limit = FILENAME ~ /include\/bonafide.h$/ ? 450 : 400 }
    { lines = FNR }
    /^\{/ { inside = 1; start = FNR }
    /^\}/ { if (inside && FNR - start + 1 > 70) print FILENAME ":" start ": function of " FNR - start + 1 " lines, limit 70"; inside = 0 }
    END { if (lines > limit) print last ": " lines " lines, limit " limit }')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
