#!/usr/bin/env bash
# Runs a command with a private PostgreSQL of its own: .ci/postgres.sh npm test
# The cluster lives in a temporary folder on a free loopback port, JOBWIRE_TEST_POSTGRES names it, and it is gone when the command ends.
set -euo pipefail

if [ "$#" -eq 0 ]; then
  echo "usage: $0 COMMAND [ARGUMENT...]" >&2
  exit 2
fi

unavailable() {
  echo "$0: $*" >&2
  exit 69
}

find_bin() {
  local found
  found=$(command -v pg_ctl || ls -d /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | sort -V | tail -n 1 || true)
  [ -n "$found" ] && dirname "$(readlink -f "$found")"
}

if ! bin=$(find_bin); then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    unavailable "pg_ctl is missing; install PostgreSQL 13 or later (Debian: apt-get install postgresql)"
  fi
  apt-get update -qq >&2 || unavailable "apt-get update failed"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2 || unavailable "postgresql cannot be installed"
  bin=$(find_bin) || unavailable "pg_ctl is missing although postgresql is installed"
fi

# initdb refuses root: Debian's package brings a user for it.
as_owner() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else runuser -u postgres -- "$@"; fi
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/jobwire-postgres.XXXXXX")
stop() {
  (cd / && as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop) >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
printf '%s\n' "$password" >"$dir/password"
[ "$(id -u)" -ne 0 ] || chown -R postgres "$dir"
from=$PWD
cd "$dir" # the owner may not enter the folder the command runs in
as_owner "$bin/initdb" -D "$dir/data" -U jobwire --pwfile="$dir/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C >"$dir/initdb.log" ||
  unavailable "initdb failed"

# Between choosing a port and listening on it, somebody else may take it. Tests kill processes, not machines: fsync is off unless
# JOBWIRE_POSTGRES_FSYNC says on, as the bench does.
for attempt in 1 2 3 4 5; do
  port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
  options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=200 -c fsync=${JOBWIRE_POSTGRES_FSYNC:-off}"
  if as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -o "$options" start >/dev/null; then break; fi
  if [ "$attempt" -eq 5 ]; then
    cat "$dir/server.log" >&2
    unavailable "the server does not start"
  fi
done
cd "$from"

export JOBWIRE_TEST_POSTGRES="postgres://jobwire:$password@127.0.0.1:$port/postgres"
status=0
"$@" || status=$?
exit "$status"
