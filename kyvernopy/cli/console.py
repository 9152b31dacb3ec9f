"""What a command says besides its output: messages on standard error, a progress bar, colour.

A bar and colour are for terminals only, and come with the extra `cli`; `NO_COLOR` and a flag switch colour off.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kyvernopy.errors import Finding

__all__ = ["complain", "say", "styled", "with_progress"]

T = TypeVar("T")

COLOURS = {"Pass": "green", "Fail": "red", "Warn": "yellow", "Error": "red", "Skip": "bright_black"}


def say(text: str) -> None:
    """Print a line on standard error."""
    sys.stdout.flush()  # so that the two streams stay in order where they end up in one place
    sys.stderr.write(text + "\n")


def complain(findings: Iterable[Finding]) -> bool:
    """Print findings; returns whether there were any errors among them."""
    from kyvernopy.reports.table import printable  # noqa: PLC0415  rarely needed

    errors = False
    for finding in findings:
        say(printable(f"{finding.severity}: {finding}"))
        errors = errors or finding.severity == "error"
    return errors


def styled(*, remove_color: bool) -> Callable[[str, str], str] | None:
    """A function that colours the words of results, where colour is wanted and can be had."""
    if remove_color or os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return None
    try:
        from rich.style import Style  # noqa: PLC0415  an extra
    except ImportError:
        return None

    def style(column: str, text: str) -> str:
        if column == "RESULT" and text.strip() in COLOURS:
            return Style(color=COLOURS[text.strip()]).render(text)
        return text if column else Style(bold=True).render(text)

    return style


def with_progress(things: Iterable[T], what: str) -> Iterator[T]:
    """The same things, counted on a terminal while they pass."""
    if not sys.stderr.isatty():
        yield from things
        return
    try:
        from rich.console import Console  # noqa: PLC0415  an extra
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    except ImportError:
        yield from things
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        for thing in things:
            yield thing
            progress.advance(task)
