"""What a container asks itself to know whether it is well, run as the container runs it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import yaml

from tests.repository.sources import RACINE


def ask(*words: str, **environment: str) -> int:
    asked = [sys.executable, "-m", "core.sonde", *words]
    return subprocess.run(asked, env={"PATH": os.environ["PATH"], **environment}, cwd=RACINE).returncode


def test_a_worker_is_well_while_it_has_shown_life_for_less_than_two_minutes(tmp_path: Path) -> None:
    sign = tmp_path / "temoin"
    assert ask("temoin", CELERY_TEMOIN=str(sign)) == 1, "never"
    sign.touch()
    assert ask("temoin", CELERY_TEMOIN=str(sign)) == 0
    os.utime(sign, (time.time() - 121,) * 2)
    assert ask("temoin", CELERY_TEMOIN=str(sign)) == 1
    assert ask("temoin") == 1, "nobody told where to look"


def test_a_web_server_that_does_not_answer_is_not_well() -> None:
    assert ask(PORT="1") == 1


def test_the_worker_and_the_scheduler_are_asked_for_the_sign_that_they_leave() -> None:
    services = yaml.safe_load((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name in ("worker", "beat"):
        assert services[name]["environment"]["CELERY_TEMOIN"] == "/tmp/temoin"
        assert services[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "core.sonde", "temoin"]
