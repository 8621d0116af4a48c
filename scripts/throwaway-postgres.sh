#!/usr/bin/env bash
# A PostgreSQL to test with: on a free port of loopback, in a folder of its own, never as root.
#
#   scripts/throwaway-postgres.sh COMMAND…        runs the command with TEST_DATABASE_URL set, then throws all away
#   scripts/throwaway-postgres.sh --start FOLDER  starts one that stays, made in FOLDER if that is new; prints its address
#   scripts/throwaway-postgres.sh --stop FOLDER   stops it as a crash would (pg_ctl stop -m immediate)
#
# It needs Debian's package postgresql, or initdb and pg_ctl of another source on the PATH.
set -euo pipefail

bin=$(dirname "$(command -v pg_ctl || ls -d /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | sort -V | tail -n 1)")
[ -x "$bin/initdb" ] || { echo 'PostgreSQL is missing: apt-get install postgresql' >&2; exit 1; }

# PostgreSQL refuses to run as root.
user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=$(id -un postgres 2>/dev/null || echo nobody)
as_user() {
  # From a folder that the user may read, and with nothing of this environment but the PATH.
  if [ "$user" = "$(id -un)" ]; then "$@"; else (cd / && runuser -u "$user" -- "$@"); fi
}

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Makes a database cluster in the folder $1: a port and a password that no other one has.
create() {
  install -d -m 0700 -o "$user" "$1"
  as_user sh -c 'umask 077; od -An -N16 -tx1 /dev/urandom | tr -d " \n" > "$1/password"' sh "$1"
  as_user "$bin/initdb" --pgdata="$1/db" --username=bonafide --pwfile="$1/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  free_port | as_user tee "$1/port" >/dev/null
}

# Starts what is in the folder $1; prints its address. Nothing of it outlives the machine: fsync is off.
start() {
  as_user "$bin/pg_ctl" start --wait --silent --pgdata="$1/db" --log="$1/log" \
    -o "-p $(cat "$1/port") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200" \
    >/dev/null </dev/null || { cat "$1/log" >&2; return 1; }
  echo "postgres://bonafide:$(cat "$1/password")@127.0.0.1:$(cat "$1/port")/postgres"
}

stop() { as_user "$bin/pg_ctl" stop --wait --silent --mode=immediate --pgdata="$1/db" >/dev/null; }

case ${1:-} in
  '') sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 1 ;;
  --start)
    [ -d "$2/db" ] || create "$2"
    start "$2"
    ;;
  --stop) stop "$2" ;;
  *)
    folder=$(mktemp -d)
    chmod 0711 "$folder"
    trap 'stop "$folder/postgres" || true; rm -rf "$folder"' EXIT
    create "$folder/postgres"
    TEST_DATABASE_URL=$(start "$folder/postgres")
    export TEST_DATABASE_URL
    "$@"
    ;;
esac
