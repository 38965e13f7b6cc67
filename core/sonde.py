"""The container's health check: ``python -m core.sonde`` of the web server, ``… temoin`` of worker and scheduler."""

import http.client
import os
import sys
import time

SILENCE_MAX = 120.0  # seconds; a worker shows its life every two, the scheduler every fifteen


def is_well() -> bool:
    """Whether /sante/ answers 200 within three seconds, under a name that the web server accepts."""
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=3)
    try:
        connection.request("GET", "/sante/", headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def shows_life() -> bool:
    """Whether the file that CELERY_TEMOIN names was touched within SILENCE_MAX (``config.celery.show_life``)."""
    try:
        return time.time() - os.stat(os.environ["CELERY_TEMOIN"]).st_mtime < SILENCE_MAX
    except (KeyError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(not (shows_life() if sys.argv[1:] == ["temoin"] else is_well()))
