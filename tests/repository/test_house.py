"""The house rules that a machine can check: layers, sizes, migrations, nothing left unfinished."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.repository.sources import APPS, RACINE, python_files, shown, templates

LINES_MAX = 450
TEST_LINES_MAX = 550  # a table of cases is read by the row
_UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
_SKIPPED = re.compile(
    r"mark\.(?:sk" r"ip|xf" r"ail)|pytest\.(?:sk" r"ip|xf" r"ail|import" r"orskip)|@unittest\.sk" r"ip"
)


def test_imports_only_point_up_the_process():
    # In a process of its own: the tool silences every logger that exists where it runs.
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    said = subprocess.run(command, cwd=RACINE, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_a_file_fits_in_the_head():
    def is_long(path: Path) -> bool:
        limit = TEST_LINES_MAX if path.is_relative_to(RACINE / "tests") else LINES_MAX
        return path.read_text(encoding="utf-8").count("\n") >= limit

    assert [shown(path) for path in python_files() if is_long(path)] == []


def test_nothing_is_left_unfinished_and_no_test_is_left_out():
    found = [
        f"{shown(path)}: {match.group()}"
        for path in [*python_files(), *templates()]
        for pattern in (_UNFINISHED, _SKIPPED)
        for match in pattern.finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", [app for app in APPS if (RACINE / app / "migrations").exists()])
def test_migrations_of_an_app_follow_one_another_and_say_what_they_do(app: str):
    migrations = {name: row for (label, name), row in MigrationLoader(None).disk_migrations.items() if label == app}
    parents = [parent for row in migrations.values() for label, parent in row.dependencies if label == app]
    assert sorted(parents) == sorted(migrations)[:-1], "each migration follows the one before"
    assert [name for name in migrations if "_auto_" in name] == []


def test_every_package_of_tests_mirrors_an_app():
    for kind in ("unit", "integration"):
        packages = {path.name for path in (RACINE / "tests" / kind).iterdir() if path.is_dir()} - {"__pycache__"}
        assert packages <= {*APPS, "acceptance"}
