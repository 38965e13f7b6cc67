"""Which tables an act has written to, what it took back with a savepoint left out."""

import re
from collections.abc import Callable
from typing import Any

_ECRIT = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.I)
_JALON = re.compile(r'(SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?', re.I)
# Written outside the transaction of a refused act (reference D.2).
ACCES = "core_journalacces"


class Ecrits:
    """Listens to every statement; cheaper than reading all rows before and after, and as exact."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.jalons: dict[str, int] = {}

    def forget(self) -> None:
        self.kept, self.jalons = [], {}

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if written := _ECRIT.match(sql):
            if written[1] != ACCES:
                self.kept.append(written[1])
        elif mark := _JALON.match(sql):
            if mark[1].upper() == "SAVEPOINT":
                self.jalons[mark[2]] = len(self.kept)
            else:
                del self.kept[self.jalons.get(mark[2], 0) :]
        return execute(sql, params, many, context)
