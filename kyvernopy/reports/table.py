"""Tables of plain text: columns with lines between them, as the commands print them.

A cell may have several lines; longer lines than the limit are broken. Width is counted in columns of a terminal, where
many characters of other scripts take two. Control characters, which could command a terminal, are shown escaped:
messages and names come from files that nobody has checked. Colour is a function that the caller hands in and that
sees plain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from kyvernopy.reports.entries import is_classic, join, reported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kyvernopy.results import RuleResult

    Style: TypeAlias = Callable[[str, str], str]  # (name of the column, text) -> text; in the header, the name is ""

__all__ = ["display", "draw", "printable", "results_table", "width", "word"]

LIMIT = 300  # of a line in a cell, spec 08 §12.3
COUNTED_FROM = 11  # rows; a table that long says in its first title how many they are
# Control characters, those that turn the direction of writing, and half characters, which no output can encode.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COLUMNS = ("ID", "POLICY", "RULE", "RESOURCE", "RESULT", "REASON")


def results_table(
    results: Iterable[RuleResult], *, detailed: bool = False, audit_warn: bool = False, style: Style | None = None
) -> str:
    """The table of `apply --table`: one row for each result, with a column for the message if it is `detailed`."""
    rows = []
    for number, result in enumerate(results, 1):
        policy, resource = result.info.policy, result.resource
        row = [
            str(number),
            policy.key,
            result.rule if is_classic(policy) else "",
            join((resource.namespace, resource.kind, resource.name), "/"),
            word(str(reported(result, audit_warn=audit_warn))),
            "",
        ]
        rows.append([*row, result.message] if detailed else row)
    return draw((*COLUMNS, "MESSAGE") if detailed else COLUMNS, rows, style=style)


def word(text: str) -> str:
    """A status or reason as tables show it: `not_found` is `Not found`."""
    return text.replace("_", " ").capitalize()


def display(key: str) -> str:
    """The key of a resource (`v1,Pod,default,web`) as tables show it."""
    return key.replace(",", "/")


def draw(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, limit: int = LIMIT, style: Style | None = None
) -> str:
    """A table with a frame; every row has as many cells as there are titles. Lines end in a line feed."""
    header = list(titles)
    if len(rows) >= COUNTED_FROM:
        header[0] = f"{header[0]} ({len(rows)})"
    cells = [[_lines(cell, limit) for cell in row] for row in (header, *rows)]
    widths = [max(width(line) for row in cells for line in row[column]) for column in range(len(header))]
    rule = "│" + "".join("─" * (each + 2) + "│" for each in widths) + "\n"
    above, *below = (
        _row_text(row, widths, names, style or _plain)
        for row, names in zip(cells, [[""] * len(header), *[titles] * len(rows)], strict=True)
    )
    return "".join([rule, above, rule, *below, rule])


def _row_text(row: list[list[str]], widths: list[int], names: Sequence[str], style: Style) -> str:
    """One row; cells with fewer lines than the highest one are filled up with empty lines."""
    text = ""
    for number in range(max(map(len, row))):
        for lines, room, name in zip(row, widths, names, strict=True):
            line = lines[number] if number < len(lines) else ""
            text += f"│ {style(name, line)}{' ' * (room - width(line))} "
        text += "│\n"
    return text


def _plain(_column: str, text: str) -> str:
    return text


def _lines(cell: str, limit: int) -> list[str]:
    """The lines of a cell, broken at blanks where they are longer than the limit, and else anywhere."""
    lines = []
    for line in cell.expandtabs(4).split("\n"):
        rest = printable(line)
        while len(rest) > limit:
            end = rest.rfind(" ", 1, limit + 1)
            cut = end if end > 0 else limit
            lines.append(rest[:cut])
            rest = rest[cut:].lstrip(" ")
        lines.append(rest)
    return lines


def printable(text: str) -> str:
    """The text with what could command a terminal or hide text escaped as in Python; line feeds and tabs stay."""
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415  (most texts are ASCII)

    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
