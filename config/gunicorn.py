"""The web server's own settings, the same on a laptop and on a server."""

import os

from gunicorn.workers.base import Worker

from core.pdf import warm_up

bind = f"{os.environ.get('ADRESSE', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60  # seconds; above the database's own limit of 30
graceful_timeout = 8
max_requests = 5_000
max_requests_jitter = 500
preload_app = True
control_socket_disable = True
accesslog = None  # requests are journalled by the application, without anyone's data


def post_worker_init(worker: Worker) -> None:
    """The first PDF of a process costs two seconds more: pay them before anyone waits."""
    warm_up()
