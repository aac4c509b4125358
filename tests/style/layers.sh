#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes only point down: a folder of src/ includes itself and what its line in layers.txt names.
cd "$1" || exit 2
bad=$(for file in $(find src -name '*.[ch]'); do
    layer=${file#src/}
    layer=${layer%%/*}
    allowed=" $layer $(sed -n "s/^$layer: *//p" layers.txt) "
    grep -q "^$layer:" layers.txt || echo "$file: folder $layer is not in layers.txt"
    for used in $(sed -n 's|^#include "\([a-z0-9_]*\)/.*|\1|p' "$file"); do
        case $allowed in *" $used "*) ;; *) echo "$file: $layer may not include $used" ;; esac
    done
done)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
