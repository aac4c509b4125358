#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shared library exports the functions of bonafide.h and nothing else.  exports.sh LIBRARY HEADER
nm -D --defined-only "$1" | awk '$2 ~ /[A-TV-Z]/ { print $3 }' | sort >"${TMPDIR:-/tmp}/exports.$$"
grep -o '^BONA_API[A-Z_]* .*[ *]\(bona_[a-z_]*\)(' "$2" | sed 's/.*[ *]\(bona_[a-z_]*\)(/\1/' | sort >"${TMPDIR:-/tmp}/declared.$$"
diff "${TMPDIR:-/tmp}/declared.$$" "${TMPDIR:-/tmp}/exports.$$"
status=$?
rm -f "${TMPDIR:-/tmp}/exports.$$" "${TMPDIR:-/tmp}/declared.$$"
exit $status
