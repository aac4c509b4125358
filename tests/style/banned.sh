#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Calls that have no place here, heap calls outside src/base, and files without a licence line.
cd "$1" || exit 2
bad=$({
    grep -rnE '(^|[^a-z_.>])(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof)\(' src include --include='*.[ch]'
    grep -rnE '(^|[^a-z_.>])(malloc|calloc|realloc|strdup|strndup)\(' src --include='*.[ch]' | grep -v '^src/base/'
    find src include tests fuzz examples bench tools -name '*.[ch]' 2>/dev/null | xargs grep -L 'SPDX-License-Identifier: Apache-2.0' | sed 's/$/: no SPDX line/'
} | grep -v '^$')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
