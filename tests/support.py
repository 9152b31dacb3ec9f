"""What the tests share: recorded answers, exemptions, and how many examples a property draws.

Recorded answers are rows of files in a folder beside the repository, which is not part of it; tests that read it skip
with a reason where it is absent. A test of recorded answers is one call, `check_rows("wildcards", check)`, where
`check` returns our answer and the recorded one: all rows are judged before the test fails, and the failure lists the
rows that disagree. A row may disagree only if `exemptions.py` names it, and then it must.
"""

from __future__ import annotations

import gzip
import json
import os
import reprlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import settings

from exemptions import EXEMPT, LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "EXAMPLES",
    "ROOT",
    "SHARED",
    "Answer",
    "Row",
    "check_rows",
    "examples",
    "judge",
    "needs_shared",
    "same",
    "vectors",
]

Row: TypeAlias = "dict[str, Any]"
Answer: TypeAlias = "tuple[object, object] | None"  # ours, recorded; None where the row asks for something else

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("KYVERNOPY_SHARED") or ROOT.parent / "shared")
ABSENT = f"recorded answers are not at {SHARED}; KYVERNOPY_SHARED names another folder"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=ABSENT)

EXAMPLES = os.environ.get("KYVERNOPY_EXAMPLES")
NO_EXEMPTIONS = bool(os.environ.get("KYVERNOPY_NO_EXEMPTIONS"))
INT64 = range(-(2**63), 2**63)
SHOWN = 20

compared: Counter[str] = Counter()  # of this process; conftest.py adds those of all and prints them


# --- Properties ---


def examples(count: int) -> settings:
    """Settings of a property: how many examples it draws, unless KYVERNOPY_EXAMPLES says otherwise."""
    return settings(max_examples=int(EXAMPLES or count))


# --- Recorded answers ---


def vectors(name: str) -> list[Row]:
    """The rows of a file, named without its ending; each has an `id`, if need be its line: `vectors("fuzz/leaves")`."""
    if not SHARED.is_dir():
        pytest.skip(ABSENT, allow_module_level=True)
    path = SHARED / "vectors" / f"{name}.json"
    if path.exists():
        rows = read_json(path.read_text(encoding="utf-8"))
    else:
        with gzip.open(path.with_suffix(".jsonl.gz"), "rt", encoding="utf-8") as lines:
            rows = [read_json(line) for line in lines]
    return [{"id": f"line {number}", **row} for number, row in enumerate(rows, 1)]


def read_json(text: str) -> Any:
    """A JSON document whose whole numbers are ints if they fit 64 bits, else floats (spec 01 §1.1)."""
    return json.loads(text, parse_int=lambda digits: int(digits) if int(digits) in INT64 else float(digits))


def check_rows(
    name: str, check: Callable[[Row], Answer], rows: Iterable[Row] | None = None, *, others: bool = False
) -> None:
    """Judge every row of a file, or those given, and fail with a list of those that disagree without an exemption.

    Rows that `check` leaves out are about a subject that `LEFT_OUT` names, unless `others` are none of its business.
    """
    complaints, judged = [], 0
    for row in vectors(name) if rows is None else rows:
        answer = answer_or_error(check, row)
        subject = f"{name}/{subject_of(row)}"
        if answer is None:
            if not others and subject not in LEFT_OUT:
                complaints.append(f"{row['id']}: left out, and `{subject}` is not in LEFT_OUT")
            continue
        if subject in LEFT_OUT and not others:
            complaints.append(f"{row['id']}: answered, so remove `{subject}` from LEFT_OUT")
        judged += 1
        complaint = judge(f"{name}/{row['id']}", agrees=same(*answer))
        if complaint:
            complaints.append(f"{row['id']}: {complaint}: ours {shown(answer[0])}, recorded {shown(answer[1])}")
    assert judged, f"no row of {name} was judged"
    compared["judged"] += judged
    if complaints:
        lines = "\n  ".join(complaints[:SHOWN])
        pytest.fail(f"{name}: {len(complaints)} of {judged} rows\n  {lines}", pytrace=False)


def subject_of(row: Row) -> str:
    """What a row asks about, in files that ask about several things."""
    return next((str(row[name]) for name in ("function", "level", "call", "op", "kind") if name in row), "")


def answer_or_error(check: Callable[[Row], Answer], row: Row) -> Answer:
    """Our answer and the recorded one; an exception is an answer that agrees with nothing."""
    try:
        return check(row)
    except Exception as error:  # noqa: BLE001  (the other rows are judged all the same)
        return f"{type(error).__name__}: {error}", Unanswered()


class Unanswered:
    """What stands in the place of the recorded answer where ours is an exception."""

    def __repr__(self) -> str:
        return "an answer"


def judge(key: str, *, agrees: bool) -> str:
    """What is wrong with a row, named as in `exemptions.py`, that agrees or does not; empty if nothing is."""
    excused = key in EXEMPT and not NO_EXEMPTIONS
    compared["exempt"] += excused
    if excused:
        return f"begins to agree, remove its exemption ({EXEMPT[key]})" if agrees else ""
    return "" if agrees else "disagrees"


def same(ours: object, recorded: object) -> bool:
    """Equal as JSON: `true` is not 1, and a tuple is a list."""
    if isinstance(ours, bool) or isinstance(recorded, bool):
        return ours is recorded
    if isinstance(ours, dict) and isinstance(recorded, dict):
        return ours.keys() == recorded.keys() and all(same(ours[key], recorded[key]) for key in ours)
    if isinstance(ours, list | tuple) and isinstance(recorded, list | tuple):
        return len(ours) == len(recorded) and all(map(same, ours, recorded))
    return ours == recorded


def shown(value: object) -> str:
    """An answer in a line of a failure."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 300
    short.maxlist = short.maxtuple = short.maxdict = short.maxlevel = 12
    return short.repr(value)
