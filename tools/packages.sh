#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing of one section of packages.txt; says nothing when all is there. A command of a package's name will do,
# wherever it came from: Debian's npm cannot be installed beside another nodejs, which brings its own.
# usage: packages.sh SECTION [each]     each: one by one, and what cannot be installed is named and left out
set -eu
section=$1 how=${2:-together}
list=$(dirname "$0")/../packages.txt
wanted=$(awk -v s="[$section]" '/^\[/ { on = ($0 == s); next } on && NF && !/^#/ { print $1 }' "$list")
missing=
for package in $wanted; do
    command -v "$package" >/dev/null && continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "packages.sh: please install as root:$missing" >&2
        [ "$how" = each ] && exit 0 || exit 1
    }
    as_root=sudo
fi
echo "installing the Debian packages of [$section]:$missing"
$as_root apt-get update -qq || [ "$how" = each ]
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
if [ "$how" = each ]; then
    for package in $missing; do
        install "$package" || echo "packages.sh: $package cannot be installed and is left out" >&2
    done
else
    # shellcheck disable=SC2086
    install $missing
fi
