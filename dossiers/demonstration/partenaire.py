"""The simulator of Pôle emploi, when it is there: whether it answers, and what is asked of it for one file.

Only the simulator has a control API: what is invented here is never pushed to anybody else while it is being told.
"""

import http.client
import json
from urllib.parse import urlsplit

from django.conf import settings

PATIENCE = 5.0  # seconds


def answers() -> bool:
    """Whether the partner of the settings is a simulator, and runs."""
    try:
        return _control("GET") == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def ask_fault(genre: str, *, numero_cai: str, nombre: int | None = 1) -> None:
    """Have the simulator misbehave for one file, so many times or (None) until it is started again."""
    status = _control("POST", {"genre": genre, "numeroCai": numero_cai, "nombre": nombre})
    if status != http.client.CREATED:
        raise ValueError(f"The simulator knows no fault {genre!r}.")


def _control(method: str, body: dict[str, str | int | None] | None = None) -> int:
    address = urlsplit(settings.PE_URL)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=PATIENCE)
    try:
        connection.request(
            method,
            f"{address.path.rstrip('/')}/_controle/pannes",
            body=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        return connection.getresponse().status
    finally:
        connection.close()
