"""Children are known again after a kill, and a process that merely bears the same number is never touched."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.children import Family, birth, exclusive

# A test process has threads of its own, and newer versions of Python say so at each fork.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

WAITING = [sys.executable, "-c", "import signal; signal.pause()"]
DEAF = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('sourd', flush=True); signal.pause()",
]


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    family = Family(tmp_path / "processus.json")
    yield family
    family.stop()


def start(family: Family, argv: list[str] = WAITING, *, name: str = "un enfant", grace: float = 5) -> subprocess.Popen:
    folder = family.register.parent
    return family.start(name, argv, environment={}, folder=folder, log=folder / "journal.log", grace=grace)


def test_stop_ends_every_child_and_forgets_them(family: Family) -> None:
    children = [start(family), start(family)]
    family.stop()
    assert all(child.returncode == -signal.SIGTERM for child in children)
    assert not family.register.exists()


def test_stop_insists_with_a_child_that_does_not_obey(family: Family) -> None:
    child = start(family, DEAF, grace=0.3)
    wait_for_words(family.register.with_name("journal.log"))
    family.stop()
    assert child.returncode == -signal.SIGKILL


def test_a_child_that_ends_by_itself_is_named(family: Family) -> None:
    child = start(family, [sys.executable, "-c", "raise SystemExit(3)"], name="le fragile")
    child.wait()
    fallen = family.fallen()
    assert fallen is not None
    assert (fallen.trace.name, fallen.process.returncode) == ("le fragile", 3)


def test_a_later_launcher_ends_what_a_killed_one_left(family: Family) -> None:
    child = start(family, name="l’orphelin")
    assert Family(family.register).recover() == ["l’orphelin"]
    assert child.wait(timeout=5) == -signal.SIGTERM


def test_a_later_launcher_ends_the_offspring_of_a_dead_child(family: Family) -> None:
    words = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])"
    child = start(family, [sys.executable, "-c", words], name="la mère")
    child.wait()
    assert Family(family.register).recover() == ["la mère"]


def test_a_later_launcher_leaves_alone_a_process_with_a_recorded_number(family: Family, tmp_path: Path) -> None:
    child = start(family)
    other = Family(tmp_path / "autre.json")
    other.children = [replace(family.children[0], trace=replace(family.children[0].trace, birth="un autre jour"))]
    other._write()
    assert Family(other.register).recover() == []
    assert child.poll() is None


def test_a_damaged_register_is_no_register(family: Family) -> None:
    family.register.write_text('[{"pid": ')
    assert family.recover() == []


def test_birth_tells_a_process_from_its_successor() -> None:
    with subprocess.Popen(["sleep", "60"]) as younger:  # by seconds than this process, which had all of this to load
        assert birth(younger.pid) == birth(younger.pid)
        assert birth(younger.pid) != birth(os.getpid())
        younger.kill()


def test_birth_of_a_finished_process_is_none() -> None:
    finished = subprocess.Popen(["true"])
    while finished.poll() is None:
        pass
    assert birth(finished.pid) is None


def test_a_big_log_is_set_aside_at_the_next_start(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    log = family.register.with_name("journal.log")
    log.write_text("ancien")
    monkeypatch.setattr("core.children.LOG_SIZE", 3)
    start(family)
    assert log.with_suffix(".log.1").read_text() == "ancien"


def test_the_lock_names_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "verrou"
    with exclusive(lock), pytest.raises(BlockingIOError, match=str(os.getpid())), exclusive(lock):
        pass
    with exclusive(lock):
        pass


def wait_for_words(log: Path) -> None:
    while not log.read_text():
        pass
