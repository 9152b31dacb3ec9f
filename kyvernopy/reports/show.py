"""How a report looks where a person reads it: a table of text, and a table of HTML for notebooks.

Both show the same columns in the order of the results. Text that comes from policies and resources is cut, escaped and
never trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.reports.entries import FIELDS, join
from kyvernopy.reports.table import draw, printable

if TYPE_CHECKING:
    from kyvernopy.reports.report import Report

__all__ = ["report_html", "report_text"]

LONGEST_MESSAGE = 100
MOST_HTML_ROWS = 500  # a notebook keeps what it shows in its file


def report_text(report: Report) -> str:
    """The report as a table with a line of counts; what could not be read follows."""
    titles, rows = _cells(report)
    table = draw([title.upper() for title in titles], rows) if rows else ""
    return "\n".join([table + _caption(report), *(printable(f"error: {error}") for error in report.errors)])


def report_html(report: Report) -> str:
    """The report as an HTML table of a bounded number of rows."""
    from html import escape  # noqa: PLC0415  (notebooks only)

    titles, rows = _cells(report, MOST_HTML_ROWS)
    caption = _caption(report)
    if len(report) > len(rows):
        caption += f", the first {len(rows)} are shown"
    lines = [caption, *(f"error: {error}" for error in report.errors)]
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    cells = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table>\n<caption>{'<br>'.join(map(escape, lines))}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{cells}\n</tbody>\n</table>"
    )


def _caption(report: Report) -> str:
    summary = report.summary
    total = sum(summary.values())
    numbers = ", ".join(f"{number} {name}" for name, number in summary.items() if number)
    text = f"{total} result{'' if total == 1 else 's'}" + (f": {numbers}" if numbers else "")
    return text if total == len(report) else f"{text}; {len(report)} kept"


def _cells(report: Report, most: int | None = None) -> tuple[list[str], list[list[str]]]:
    """Titles and texts; there is a column for the severity where any result has one, and one for each of the user's."""
    rows = report.rows(most)
    own = list(rows[0])[len(FIELDS) :] if rows else []
    titles = ["status", *(["severity"] if any(row["severity"] for row in rows) else []), "policy", "rule", "resource"]
    titles += [*own, "message"]
    return titles, [[_text(row, title) for title in titles] for row in rows]


def _text(row: dict[str, Any], title: str) -> str:
    cell = join((row["namespace"], row["kind"], row["name"]), "/") if title == "resource" else str(row[title])
    text = printable(" ".join(cell.split()))
    return text if title != "message" or len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
