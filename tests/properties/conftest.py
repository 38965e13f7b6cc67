"""The last lines of a run of walks: how far they went, and whether the services ever parted from the model.

With -v, how often each act was done and refused.
"""

from collections import Counter
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    walks = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if any(name == "actions" for name, _ in report.user_properties)
    ]
    if not walks:
        return
    joues: Counter[tuple[str, str]] = Counter()
    for report in walks:
        joues.update(dict(report.user_properties)["actions"])
    if terminalreporter.verbosity >= 1:
        for nom in sorted({nom for nom, _ in joues}):
            terminalreporter.write_line(f"{nom:34}{joues[nom, 'fait']:7} done {joues[nom, 'refusé']:7} refused")
    apart = sum(report.failed for report in walks)
    terminalreporter.write_line(f"{joues.total()} actions, {apart} divergence(s)")
