"""What changed, as a unified diff: in colour on a terminal, and fit for `patch` where it is about files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import painted
from kyvernopy.cli.mutated import Originals, changed_resources
from kyvernopy.documents.changes import same
from kyvernopy.documents.emit import emit
from kyvernopy.reports.table import printable
from kyvernopy.results import ResourceRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kyvernopy.cli.flags import Options
    from kyvernopy.offline.judge import Judgement

__all__ = ["Differences"]

COLOURS = {"+++": "bold", "---": "bold", "@": "cyan", "+": "green", "-": "red"}
MOST_LINES = 50_000  # of one text; comparing takes more than linear time


class Differences:
    """Shows what was changed in each resource, in the user's own form and order."""

    def __init__(self, originals: Originals, options: Options) -> None:
        self._originals = originals
        self._paint = painted(remove_color=options.remove_color, to_stderr=options.output == "-")

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterator[str]:
        """The differences of the resource and of the targets that it made rules change."""
        for before, after in changed_resources(judgement, resource, self._originals):
            if not same(before, after):
                about = ResourceRef.of(before)
                place = f" ({about.place})" if about.place.source else ""
                yield self.text(emit(before), emit(after), f"{about}{place}", f"{about} (changed)")

    def end(self) -> Iterator[str]:
        """Nothing."""
        return iter(())

    def text(self, before: str, after: str, name: str, new_name: str) -> str:
        """The difference of two texts; names stand above it."""
        import difflib  # noqa: PLC0415  rarely asked

        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        if max(len(old), len(new)) > MOST_LINES:
            return printable(f"--- {name}\n+++ {new_name}\n(too long to be compared)\n")
        lines = difflib.unified_diff(old, new, printable(name), printable(new_name))
        return "".join(map(self._line, lines))

    def _line(self, line: str) -> str:
        shown = printable(line.removesuffix("\n").removesuffix("\r"))
        missing = "" if line.endswith("\n") else "\n\\ No newline at end of file"
        style = next((style for start, style in COLOURS.items() if line.startswith(start)), "")
        return f"{self._paint(shown, style) if style else shown}{missing}\n"
