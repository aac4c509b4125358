#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings a portrait to test with: NASA's public-domain picture of Eileen Collins, the file astronaut.png inside Debian's package
# python3-skimage. The package is fetched and that one file unpacked; nothing is installed. Prints where the picture lies.
# usage: portrait.sh [FILE.png|FOLDER]
set -eu
picture=${1:-build/portrait}
case $picture in *.png) ;; *) picture=$picture/astronaut.png ;; esac
folder=$(dirname "$picture")
inside=./usr/lib/python3/dist-packages/skimage/data/astronaut.png

if [ ! -s "$picture" ]; then
    mkdir -p "$folder"
    if [ -s "${inside#.}" ]; then
        cp "${inside#.}" "$picture"
    else
        (cd "$folder" && { apt-get download -qq python3-skimage >/dev/null 2>&1 ||
            { [ "$(id -u)" -eq 0 ] && apt-get update -qq && apt-get download -qq python3-skimage >/dev/null 2>&1; }; }) ||
            { echo "portrait.sh: cannot fetch the Debian package python3-skimage" >&2; exit 1; }
        package=$(ls "$folder"/python3-skimage_*.deb | head -n 1)
        dpkg-deb --fsys-tarfile "$package" | tar -xO "$inside" >"$picture"
        rm -f "$package"
    fi
fi
echo "$picture"
