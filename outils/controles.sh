#!/bin/sh
# What a release must satisfy besides its tests, in an environment that names its servers.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python

$python manage.py makemigrations --check --dry-run
# Keys of one run, so that production settings start; nothing else of a server is pretended.
DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=cai.example PE_URL=https://partenaire.example \
    SECRET_KEY=$($python -c 'import secrets; print(secrets.token_urlsafe(64))') \
    CHIFFREMENT_CLES=$($python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())') \
    PE_CLIENT_SECRET=$($python -c 'import secrets; print(secrets.token_urlsafe(32))') \
    $python manage.py check --deploy --fail-level WARNING
.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
