"""The last line of a run of walks: how far they went, and whether the services ever parted from the model."""

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    walks = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if any(name == "actions" for name, _ in report.user_properties)
    ]
    if walks:
        actions = sum(value for report in walks for name, value in report.user_properties if name == "actions")
        apart = sum(report.failed for report in walks)
        terminalreporter.write_line(f"{actions} actions, {apart} divergence(s)")
