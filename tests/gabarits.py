"""An undefined variable in one of our templates is a mistake: it fails the test that renders it."""

import sys
from pathlib import Path
from typing import Any

from django.template import engines
from django.template.base import Node

GABARITS = str(Path(__file__).resolve().parents[1] / "templates")


class Undefined(str):
    """What Django prints for an undefined variable; printing it from one of our templates raises."""

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: Any) -> str:
        origin = _template_being_rendered()
        if origin.startswith(GABARITS):
            raise AssertionError(f"undefined variable « {variable} » in {origin.removeprefix(GABARITS)}")
        return ""


def _template_being_rendered() -> str:
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def refuse_undefined_variables() -> None:
    engines["django"].engine.string_if_invalid = Undefined("undefined")
