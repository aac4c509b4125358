#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by the BWS clients' scripts, after `set -eu`: finds the vendor's folder, starts a server with a throw-away certificate and
# sets work, media, endpoint and token. Nothing of the vendor is changed but the two values that its clients ask for.
source=
for folder in "$VENDOR" "$VENDOR/BWSScripting"; do
    [ -z "$VENDOR" ] || [ ! -s "$folder/media/live-1.png" ] || source=$folder
done
[ -n "$source" ] || { echo "      needs github.com/BioID-GmbH/BWSScripting in VENDOR"; exit 77; }
media=$source/media
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# The clients trust what these two name; they need no change for it.
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
export CURL_CA_BUNDLE="$work/cert.pem" REQUESTS_CA_BUNDLE="$work/cert.pem"

# The default networks, or those of the pack BONAFIDE_PACK.
set -- --listen 127.0.0.1:0 --state "$work/state" --workers 1 --tls-cert "$work/cert.pem" --tls-key "$work/key.pem"
[ -z "${BONAFIDE_PACK:-}" ] || set -- "$@" --models "$BONAFIDE_PACK"
"$BONAFIDE" client add vendor --state "$work/state" >/dev/null
"$BONAFIDE" serve "$@" >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
    ! grep -qs "^ready" "$work/out" || break
    sleep 0.1
done
port=$(sed -n 's,.* on https://.*:\([0-9]*\)$,\1,p' "$work/out")
[ -n "$port" ] || { echo "      the server did not start:"; cat "$work/out" "$work/log"; exit 1; }
endpoint=https://localhost:$port
token=$("$BONAFIDE" token vendor --state "$work/state")

# The clients read the pictures in the home directory.
mkdir "$work/home"
cp "$media/live-1.png" "$media/live-2.png" "$work/home"
