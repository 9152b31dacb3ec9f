"""What a command says besides its output: messages on standard error, a progress bar, colour.

A bar and colour are for terminals only, and come with the extra `cli`; `NO_COLOR` and a flag switch colour off. The bar
appears only when a run has taken a while, so short runs stay quiet and need not load what draws it.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from kyvernopy.errors import Finding

__all__ = ["Screen", "complain", "painted", "say", "styled", "with_progress"]

T = TypeVar("T")

COLOURS = {"Pass": "green", "Fail": "red", "Warn": "yellow", "Error": "red", "Skip": "bright_black"}
PATIENCE = 2.0  # seconds before the bar appears


class Screen:
    """Where a run prints. With `holds`, what is written waits until the line that stands above it is known."""

    def __init__(self, stream: TextIO, *, holds: bool) -> None:
        self._stream, self._holds = stream, holds
        self._held: Any = None  # a file on the disk once it is large, so that memory is none of its bounds
        self._ends_line = True

    def write(self, text: str) -> None:
        """Print a text, or keep it."""
        self._ends_line = text.endswith("\n") if text else self._ends_line
        if not self._holds:
            self._stream.write(text)
            return
        if self._held is None:
            from tempfile import SpooledTemporaryFile  # noqa: PLC0415  most runs print only at their end

            size = 16 * 1024 * 1024
            self._held = SpooledTemporaryFile(size, "w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115  closed when it is released
        self._held.write(text)

    def release(self, above: str) -> None:
        """Print what was kept below a text; from now on everything is printed at once."""
        self._holds = False
        self._stream.write(above)
        if self._held is not None:
            self._held.seek(0)
            while part := self._held.read(1024 * 1024):
                self._stream.write(part)
            self._held.close()

    def end_line(self) -> None:
        """Go to a new line, unless there is one."""
        if not self._ends_line:
            self.write("\n")


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
    if not _has_colour(sys.stdout, remove_color=remove_color):
        return None
    from rich.style import Style  # noqa: PLC0415  an extra, which is there

    def style(column: str, text: str) -> str:
        if column == "RESULT" and text in COLOURS:
            return Style(color=COLOURS[text]).render(text)
        return text if column else Style(bold=True).render(text)

    return style


def painted(*, remove_color: bool, to_stderr: bool) -> Callable[[str, str], str]:
    """A function that gives a text a style, such as `bold` or `red`, where colour is wanted and can be had."""
    if not _has_colour(sys.stderr if to_stderr else sys.stdout, remove_color=remove_color):
        return lambda text, _style: text
    from rich.style import Style  # noqa: PLC0415  as above

    return lambda text, style: Style.parse(style).render(text)


def _has_colour(stream: TextIO, *, remove_color: bool) -> bool:
    if remove_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    from importlib.util import find_spec  # noqa: PLC0415  terminals only

    return find_spec("rich") is not None


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
