#!/bin/sh
# The whole suite, in an environment that names its servers: what can share the processors first, then what needs them alone.
set -u
cd "$(dirname "$0")/.."
verdict=0
.venv/bin/python -m pytest -q -m "not systeme" -n 2 "$@" || verdict=1
.venv/bin/python -m pytest -q -m systeme "$@" || verdict=1
exit $verdict
