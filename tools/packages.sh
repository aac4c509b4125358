#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing of one section of packages.txt; says nothing when all is there.
set -eu
section=$1
list=$(dirname "$0")/../packages.txt
wanted=$(awk -v s="[$section]" '/^\[/ { on = ($0 == s); next } on && NF && !/^#/ { print $1 }' "$list")
missing=
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "packages.sh: please install as root:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "installing the Debian packages of [$section]:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
