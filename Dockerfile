# One image for the web server, the worker, the scheduler, the migrations and the simulator.

FROM python:3.13-slim AS paquets
RUN python -m venv /opt/venv
COPY requirements.txt /
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r /requirements.txt

FROM python:3.13-slim
# What lays out PDF pages, and letters for the names and languages that Latin type lacks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 cai \
    && useradd --uid 10001 --gid cai --no-create-home --home-dir /nonexistent cai \
    && install -d -o cai -g cai /var/lib/cai
COPY --from=paquets /opt/venv /opt/venv
WORKDIR /srv/cai
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    ADRESSE=0.0.0.0
# Settings refuse to start without their secrets; these are drawn for this one step and stay nowhere.
RUN draw() { python -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'; } \
    && SECRET_KEY="$(draw)" CHIFFREMENT_CLES="$(draw)" ALLOWED_HOSTS=construction PE_CLIENT_SECRET=construction PE_URL=https://construction \
        DATABASE_URL=postgres://construction REDIS_URL=redis://construction \
        python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . /opt/venv/lib \
    && fc-cache -s
USER cai
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-m", "core.sonde"]
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
