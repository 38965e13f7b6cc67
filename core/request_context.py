"""What journals and logs may know of the present request: its number and the caller's address."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    request_id: str = ""
    ip: str | None = None


request_context: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039
