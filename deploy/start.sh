#!/bin/sh
# Starts Jobwire with secrets that are given as files: NAME in the folder becomes the variable NAME of this process alone.
set -eu
for file in "${CREDENTIALS_DIRECTORY:-/run/secrets}"/*; do
  [ -f "$file" ] || continue
  name=${file##*/}
  case $name in *[!A-Za-z0-9_]* | [0-9]*) continue ;; esac
  value=$(cat "$file")
  export "$name=$value"
done
unset value
# The core file of a crash would hold every secret.
ulimit -c 0
exec /usr/local/bin/jobwire "$@"
