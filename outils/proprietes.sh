#!/bin/sh
# Twenty seeds of five thousand acts each, over all the cores; a divergence names its seed (None is the suite's own).
set -u
cd "$(dirname "$0")/.."
export PROPRIETES_GRAINES="${PROPRIETES_GRAINES:-20}"
echo "graines 1 à $PROPRIETES_GRAINES"
exec .venv/bin/python -m pytest -q -n auto -p no:randomly tests/properties/test_workflow.py "$@"
