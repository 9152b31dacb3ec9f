"""How the whole suite runs: settings of properties, and the count of recorded answers under the results."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

import support

if TYPE_CHECKING:
    import pytest

# A run on a build server repeats the same examples, so that a failure comes from the change; other runs explore.
settings.register_profile(
    "kyvernopy",
    max_examples=int(support.EXAMPLES or 100),
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kyvernopy")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands its counts to the process that prints them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["compared"] = dict(support.compared)


class Workers:
    """Adds up what the workers counted."""

    def pytest_testnodedown(self, node) -> None:
        support.compared.update(getattr(node, "workeroutput", {}).get("compared", {}))


def pytest_configure(config: pytest.Config) -> None:
    """The hook of pytest-xdist exists only where that is installed."""
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Workers())


def pytest_terminal_summary(terminalreporter) -> None:
    """One line: how many recorded answers were compared, how many of them are exempt."""
    counts = support.compared
    if counts:
        terminalreporter.write_line(f"recorded answers: {counts['judged']} compared, {counts['exempt']} of them exempt")
