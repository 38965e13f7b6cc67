"""How the API reads bodies. Apart from the rest: the framework loads it while it loads itself."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class CorpsJson(JSONParser):
    """A JSON body; one nested deeper than Python can follow is as unreadable as one that is not JSON."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("Le corps est imbriqué trop profondément.") from error
