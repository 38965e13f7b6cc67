#!/bin/sh
# The whole suite, in an environment that names its servers: what lives in one process first, then what starts browsers,
# workers and simulators.
set -u
cd "$(dirname "$0")/.."
verdict=0
.venv/bin/python -m pytest -q -m "not systeme" -n 2 "$@" || verdict=1
.venv/bin/python -m pytest -q -m systeme -n 2 --dist worksteal "$@" || verdict=1
exit $verdict
