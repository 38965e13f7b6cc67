"""Child processes of a launcher: each in its own session, written down, stopped in order, never taken for another."""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
LOG_SIZE = 10_000_000  # bytes; beyond, the next start begins a new one and keeps one old


class StartFailure(Exception):
    """What keeps the application from starting: one French sentence that says what to do."""


@dataclass(frozen=True)
class Trace:
    """What is written down about a child, enough to know it again after the launcher was killed."""

    name: str
    pid: int
    birth: str
    folder: str
    stop_signal: int
    last_signal: int
    grace: float  # seconds


@dataclass(frozen=True)
class Child:
    """A running child, with what its end needs."""

    trace: Trace
    process: subprocess.Popen[bytes]
    log: Path


def birth(pid: int) -> str | None:
    """When this process was born, in a form that no other process has; None when there is none, or only its remains."""
    if not PROC.joinpath("self/stat").exists():
        words = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
        shown = subprocess.run(words, capture_output=True, text=True, check=False)
        state, _, started = shown.stdout.strip().partition(" ")
        return None if not started or state.startswith("Z") else started.strip()
    fields = _stat(pid)
    if fields is None or fields[0] == "Z":
        return None
    boot = PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{fields[19]}"


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (state) on."""
    try:
        return PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


class Family:
    """The children of one launcher, oldest first, kept in a register file so that a later launcher can end them."""

    def __init__(self, register: Path) -> None:
        self.register = register
        self.children: list[Child] = []

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        user: int | None = None,
        group: int | None = None,
        stop_signal: int = signal.SIGTERM,
        last_signal: int = signal.SIGKILL,
        grace: float = 10.0,
    ) -> subprocess.Popen[bytes]:
        """Start a child that ends with the launcher, even a killed one (Linux only); its output goes to the log."""
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_SIZE:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(word) for word in argv],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if group is None else [],
                preexec_fn=_end_with_parent(stop_signal),
            )
        trace = Trace(name, process.pid, birth(process.pid) or "", str(folder), stop_signal, last_signal, grace)
        self.children.append(Child(trace, process, log))
        self._write()
        return process

    def fallen(self) -> Child | None:
        """The first child that ended by itself, if any."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """Strike out a child whose work is done."""
        self.children = [child for child in self.children if child.process is not process]
        self._write()

    def stop(self) -> None:
        """End every child, youngest first: its signal, its time to obey, then the last signal and its session."""
        for child in reversed(self.children):
            _end(child.trace, partial(_runs, child.process))
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=5)
        self.children.clear()
        self.register.unlink(missing_ok=True)

    def recover(self) -> list[str]:
        """End what a killed launcher left, and say which; a process that merely bears the same number is left alone."""
        try:
            traces = [Trace(**row) for row in json.loads(self.register.read_text())]
        except (FileNotFoundError, ValueError, TypeError):
            return []
        ended = []
        for trace in reversed(traces):
            if _is_the_same(trace) or _session_members(trace):
                ended.append(trace.name)
                _end(trace, partial(_is_the_same, trace))
        self.register.unlink(missing_ok=True)
        return ended

    def _write(self) -> None:
        fresh = self.register.with_suffix(".neuf")
        fresh.write_text(json.dumps([asdict(child.trace) for child in self.children], indent=1))
        fresh.replace(self.register)


def _end_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """What the child runs before its program: ask the kernel for its stop signal when the launcher dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def _runs(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def _is_the_same(trace: Trace) -> bool:
    return birth(trace.pid) == trace.birth


def _end(trace: Trace, is_alive: Callable[[], bool]) -> None:
    if is_alive():
        _signal(trace.pid, trace.stop_signal)
    if not _wait_until(lambda: not is_alive(), trace.grace):
        _signal(trace.pid, trace.last_signal)
        if not _wait_until(lambda: not is_alive(), 5.0):
            _signal(trace.pid, signal.SIGKILL)
            _wait_until(lambda: not is_alive(), 2.0)
    for pid in _session_members(trace):
        _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _session_members(trace: Trace) -> list[int]:
    """Living processes of the child's session, by their session number and the folder they work in (Linux only)."""
    members = []
    for entry in PROC.glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields is None or fields[0] == "Z" or int(fields[3]) != trace.pid or int(entry.name) == trace.pid:
            continue
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == os.path.realpath(trace.folder):
                members.append(int(entry.name))
    return members


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold the lock file while the block runs; BlockingIOError, with the holder's number, when somebody else has it."""
    with lock.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise BlockingIOError(errno.EWOULDBLOCK, stream.read().strip() or "?") from None
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
