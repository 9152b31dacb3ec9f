"""What a command says besides its output: messages on standard error, a progress bar, colour.

A bar and colour are for terminals only, and come with the extra `cli`; `NO_COLOR` and a flag switch colour off. The bar
appears only when a run has taken a while, so short runs stay quiet and need not load what draws it.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kyvernopy.errors import Finding

__all__ = ["complain", "say", "styled", "with_progress"]

T = TypeVar("T")

COLOURS = {"Pass": "green", "Fail": "red", "Warn": "yellow", "Error": "red", "Skip": "bright_black"}
PATIENCE = 2.0  # seconds before the bar appears


def say(text: str) -> None:
    """Print a line on standard error; what could command a terminal is escaped."""
    from kyvernopy.reports.table import printable  # noqa: PLC0415  most runs have nothing to say

    sys.stdout.flush()  # so that the two streams stay in order where they end up in one place
    sys.stderr.write(printable(text) + "\n")


def complain(findings: Iterable[Finding]) -> bool:
    """Print findings; returns whether there were any errors among them."""
    errors = False
    for finding in findings:
        say(f"{finding.severity}: {finding}")
        errors = errors or finding.severity == "error"
    return errors


def styled(*, remove_color: bool) -> Callable[[str, str], str] | None:
    """A function that colours the words of results, where colour is wanted and can be had."""
    if remove_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty():
        return None
    try:
        from rich.style import Style  # noqa: PLC0415  an extra
    except ImportError:
        return None

    def style(column: str, text: str) -> str:
        if column == "RESULT" and text in COLOURS:
            return Style(color=COLOURS[text]).render(text)
        return text if column else Style(bold=True).render(text)

    return style


def with_progress(things: Iterable[T], what: str) -> Iterator[T]:
    """The same things; where that takes long, they are counted on a terminal while they pass."""
    passing = iter(things)
    if sys.stderr.isatty():
        start = time.monotonic()
        for passed, thing in enumerate(passing):
            if time.monotonic() - start > PATIENCE:
                passing = chain([thing], passing)
                yield from _counted(passing, what, passed)
                break
            yield thing
    yield from passing


def _counted(things: Iterator[T], what: str, passed: int) -> Iterator[T]:
    """The same things below a running count of all that have passed; none where the extra is missing."""
    try:
        from rich.console import Console  # noqa: PLC0415  an extra
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    except ImportError:
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, completed=passed)
        for thing in things:
            yield thing
            progress.advance(task)
