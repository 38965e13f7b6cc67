#!/bin/sh
# System libraries, only where they are missing: sh outils/systeme.sh venv PYTHON | pdf | navigateur | lecture
# Root on Debian installs them; anyone else reads one sentence that says what to do.
set -eu
cd "$(dirname "$0")/.."

PDF="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-core"

fail() { printf '%s\n' "$*" >&2; exit 1; }

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    printf 'Installation de %s…\n' "$*" >&2
    export DEBIAN_FRONTEND=noninteractive
    said=$(apt-get update -qq 2>&1 && apt-get install -y -qq --no-install-recommends "$@" 2>&1) || {
        printf '%s\n' "$said" >&2
        return 1
    }
}

has_pdf() { .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; }
has_reader() { command -v pdftotext >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1; }
has_browser() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

case $1 in
venv)
    package="$(basename "$("$2" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')")-venv"
    install "$package" \
        || fail "Le module « venv » de Python manque : installez-le (Debian, Ubuntu : sudo apt-get install $package), puis recommencez."
    ;;
pdf)
    # shellcheck disable=SC2086
    has_pdf || install $PDF || true
    has_pdf || fail "La bibliothèque Pango, qui compose les PDF, manque : installez-la (Debian, Ubuntu : sudo apt-get install $PDF ; macOS : brew install pango), puis recommencez."
    ;;
navigateur)
    has_browser || install chromium || true
    has_browser || fail "Chromium manque, et les essais de pages en ont besoin : installez-le (Debian : sudo apt-get install chromium), puis recommencez."
    ;;
lecture)
    has_reader || install poppler-utils || true
    has_reader || fail "pdftotext et pdftoppm manquent, et les essais relisent les PDF avec eux : installez-les (Debian, Ubuntu : sudo apt-get install poppler-utils ; macOS : brew install poppler), puis recommencez."
    ;;
*)
    fail "usage : sh outils/systeme.sh venv PYTHON | pdf | navigateur | lecture"
    ;;
esac
