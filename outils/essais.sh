#!/bin/sh
# The whole suite, in an environment that names its servers: what lives in one process, and beside it what starts
# browsers, workers and simulators. That side mostly waits: alone it left a core idle.
set -u
cd "$(dirname "$0")/.."
journal=$(mktemp)
(
    # A database and a cache of its own: what one side empties is not the other's.
    export DATABASE_URL="${DATABASE_URL}_systeme" REDIS_URL="${REDIS_URL%/*}/1"
    exec .venv/bin/python -m pytest -q -m systeme -n 2 --dist worksteal \
        $(grep -rl "mark\.systeme" tests --include="test_*.py") "$@"
) >"$journal" 2>&1 &
systeme=$!
trap 'kill "$systeme" 2>/dev/null; rm -f "$journal"' EXIT
trap 'exit 130' INT TERM
verdict=0
.venv/bin/python -m pytest -q -m "not systeme" -n 2 "$@" || verdict=1
wait "$systeme" || verdict=1
cat "$journal"
exit $verdict
