"""What a library lets one write, and which breaks only some day, under load."""

import ast

from django.apps import apps
from django_fsm import FSMModelMixin

from tests.repository.sources import application_files, shown, tree

# A place that holds rows of a state machine, or reads them: everything but the ground and the accounts.
_AROUND = ("core", "agents", "config")


def test_no_row_of_a_state_machine_is_refreshed_in_place():
    """django-fsm unprotects the field *of the class* while it refreshes one row: another thread that refreshes at the
    same moment is refused its own assignment (AttributeError), one that assigns is not refused. Read the row again.
    """
    held = {model._meta.app_label for model in apps.get_models() if issubclass(model, FSMModelMixin)}
    assert held.isdisjoint(_AROUND)
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in application_files()
        if not shown(path).startswith(_AROUND)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("refresh_from_db", "arefresh_from_db")
    ]
    assert found == []


def test_application_code_imports_no_tool_of_the_tests():
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in application_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name.startswith(("django.test", "pytest", "tests"))
    ]
    assert found == []
