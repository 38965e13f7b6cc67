#!/bin/sh
# Run once by the PostgreSQL image on an empty volume. Two roles: one owns the tables and migrates, the other is the
# application's. The latter owns nothing, so it can neither empty the journals nor lift the triggers that protect them;
# migrations take from it the right to change what is append-only. PostgreSQL 17 and later order words by themselves,
# the same on every system; 15 and 16 leave it to the system's C.UTF-8.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v proprietaire="$MOT_DE_PASSE_PROPRIETAIRE" -v application="$MOT_DE_PASSE_APPLICATION" <<'SQL'
CREATE ROLE cai_proprietaire LOGIN PASSWORD :'proprietaire';
CREATE ROLE cai_application LOGIN PASSWORD :'application';
SELECT current_setting('server_version_num')::int >= 170000 AS depuis_17 \gset
\if :depuis_17
CREATE DATABASE cai OWNER cai_proprietaire ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'
    LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0;
\else
CREATE DATABASE cai OWNER cai_proprietaire ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0;
\endif
REVOKE ALL ON DATABASE cai FROM PUBLIC;
GRANT CONNECT ON DATABASE cai TO cai_application;
\connect cai
GRANT USAGE ON SCHEMA public TO cai_application;
ALTER DEFAULT PRIVILEGES FOR ROLE cai_proprietaire IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cai_application;
ALTER DEFAULT PRIVILEGES FOR ROLE cai_proprietaire IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO cai_application;
SQL
