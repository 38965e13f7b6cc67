#!/bin/sh
# Make .venv ready with the locked packages of one use: sh outils/venv.sh local|dev
# Does nothing when it is; PYTHON=... chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
lock=requirements-$1.txt
done=.venv/.installe-$1

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }
version() { "$1" -c 'import sys; print(sys.version_info[:2])' 2>/dev/null; }

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" || fail "« $PYTHON » n’est pas un Python 3.11, 3.12 ou 3.13 : indiquez-en un autre, par exemple « make run PYTHON=python3.12 »."
    [ "$(version "$PYTHON")" = "$(version .venv/bin/python)" ] || rm -rf .venv
fi

if ! fits .venv/bin/python || [ ! -x .venv/bin/pip ]; then
    rm -rf .venv
    chosen=
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if fits "$candidate"; then chosen=$candidate; break; fi
    done
    [ -n "$chosen" ] || fail "Python 3.11, 3.12 ou 3.13 est nécessaire et n’a pas été trouvé : installez-le, ou indiquez-le par « make run PYTHON=/chemin/python3.12 »."
    "$chosen" -c 'import ensurepip' 2>/dev/null || sh outils/systeme.sh venv "$chosen"
    say "Création de l’environnement Python dans .venv…"
    "$chosen" -m venv .venv || { rm -rf .venv; fail "L’environnement Python n’a pas pu être créé dans .venv : lisez le message ci-dessus."; }
fi

if ! cmp -s "$lock" "$done"; then
    say "Installation des paquets Python de $lock…"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock" \
        || fail "Les paquets Python n’ont pas pu être installés : vérifiez l’accès au réseau, puis recommencez."
    cp "$lock" "$done"
fi
