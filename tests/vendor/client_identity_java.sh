#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Java sample of the identity API's document (Apache HttpClient 4.5, multipart), cut out of the document, compiled and run. Only
# the address in it is changed; its files lie where it looks for them. Called by run.sh.
set -eu
document=$(ls "$BONAFIDE_SHARED"/spec/given/002_*.txt 2>/dev/null | head -n 1)
[ -n "$document" ] || { echo "      needs the given document of the identity API"; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# Two pictures of one person where they are at hand; else the portrait twice.
photo=$BONAFIDE_SHARED/data/lfw/Abel_Pacheco/Abel_Pacheco_0001.jpg
live=$BONAFIDE_SHARED/data/lfw/Abel_Pacheco/Abel_Pacheco_0004.jpg
[ -s "$photo" ] && [ -s "$live" ] || { photo=$("$here/../../tools/portrait.sh" "$work/portrait.png"); live=$photo; }

"$BONAFIDE" serve --listen 127.0.0.1:0 --state "$work/state" >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
    ! grep -qs "^ready" "$work/out" || break
    sleep 0.1
done
address=$(sed -n 's,.* on http://\([0-9.:]*\)$,\1,p' "$work/out")

mkdir -p "$work/src/main/resources"
cp "$photo" "$work/src/main/resources/face_01.jpg"
"$BONAFIDE" seal -o "$work/src/main/resources/mobile.protobuf" "$live" 2>/dev/null
sed -n '/^import java\.io\.BufferedReader;/,/^}/p' "$document" | sed "s,127\.0\.0\.1:3000,$address," >"$work/HttpClient.java"
jars=/usr/share/java
path=$jars/httpclient.jar:$jars/httpcore.jar:$jars/httpmime.jar:$jars/commons-logging.jar:$jars/commons-codec.jar
javac -cp "$path" -d "$work" "$work/HttpClient.java" "$here/AESCipher.java" 2>"$work/javac" || { cat "$work/javac"; exit 1; }
value=$(java -cp "$work" AESCipher)
[ "$value" = "5UKWy8SA6+5HoJKWxW23bxYegw==" ] || { echo "      the check value is $value"; exit 1; }
answer=$(cd "$work" && java -cp "$path:$work" HttpClient)
echo "      $answer"
printf '%s' "$answer" | grep -qE '^\{"code":1000,"verification_score":[01](\.[0-9]+)?,"request_id":"[0-9a-f]{32}"\}$'
