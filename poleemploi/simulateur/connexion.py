"""What a network does to an answer, done to the client's socket itself."""

import select
import socket
import time
from typing import Any

STEP = 0.2


def cut(environ: dict[str, Any]) -> None:
    """Closes the connection without a byte of answer."""
    _socket(environ).shutdown(socket.SHUT_RDWR)


def stay_silent(environ: dict[str, Any], seconds: float) -> None:
    """Answers nothing for so long, or until the client gives up, then closes the connection."""
    client = _socket(environ)
    _wait(client, seconds)
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was quicker


def truncate(environ: dict[str, Any], *, status: str, body: bytes) -> None:
    """Sends the head and half of the body, then closes the connection."""
    client = _socket(environ)
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall(head.encode("ascii") + body[: len(body) // 2])
    client.shutdown(socket.SHUT_RDWR)


def _wait(client: socket.socket, seconds: float) -> None:
    # A thread is not kept for somebody who has left.
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not _has_left(client):
        time.sleep(min(STEP, left))


def _has_left(client: socket.socket) -> bool:
    try:
        readable, _, _ = select.select([client], [], [], 0)
        return bool(readable) and client.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _socket(environ: dict[str, Any]) -> socket.socket:
    client = environ.get("gunicorn.socket")
    if client is None:
        raise ConnectionAbortedError("This server does not lend its sockets: the connection cannot be cut.")
    return client  # type: ignore[no-any-return]
