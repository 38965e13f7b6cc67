#!/bin/sh
# Ten thousand races between a withdrawal and a sending, two hundred a seed, and a thousand histories of the channel,
# over all the cores; a failure names its seed or its history.
set -u
cd "$(dirname "$0")/.."
export RACES="${RACES:-10000}" HISTOIRES="${HISTOIRES:-1000}"
echo "$RACES courses entre un retrait et un envoi"
exec .venv/bin/python -m pytest -q -n auto -p no:randomly tests/courses/test_retraits.py tests/properties/test_reprises.py "$@"
