"""How many calls of the API a caller may make. Apart from the rest: the framework loads it while it loads itself."""

from typing import Any

import structlog
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

logger = structlog.get_logger(__name__)


class _Indulgent(SimpleRateThrottle):
    """Counts in Redis; while Redis is down, calls go through uncounted, as pages do.

    The log says it once when it begins and once when it ends, in each process.
    """

    aveugle = False
    key: str | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            allowed = bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            if not _Indulgent.aveugle:
                logger.warning("debit_non_compte", erreur=type(error).__name__)
            _Indulgent.aveugle = True
            return True
        if _Indulgent.aveugle and self.key is not None:  # without a key, this caller is another's to count
            logger.info("debit_compte_a_nouveau")
            _Indulgent.aveugle = False
        return allowed


class DebitDesComptes(_Indulgent, UserRateThrottle):
    """Calls of one account."""


class DebitDesInconnus(_Indulgent, AnonRateThrottle):
    """Calls from an address that shows no account."""
