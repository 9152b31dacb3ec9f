"""What reading a document goes by, and what it finds.

Reading goes on after a mistake, so that all of them are said at once. Where nothing is wrong it costs next to nothing:
a field path is a chain of pairs, of which a text is made only for a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import Finding
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.errors import Severity

__all__ = ["Json", "Reading", "Spot", "near_miss"]

Json: TypeAlias = Any  # plain data as JSON has it
Spot: TypeAlias = "tuple[Spot, str | int] | None"  # a field path, from its end; None is the document itself

MOST_FINDINGS = 50  # of one document, errors and notes each; what comes after them rarely helps


class Reading:
    """What the reading of one document goes by and what it finds.

    Strict reading is that of text: unknown fields and unknown words are errors, and the defaults of the schema are
    filled in (spec 08 §3). Otherwise unknown fields are noted and nothing is filled in (spec 03 §1.1).
    """

    __slots__ = ("findings", "source", "strict", "v2beta1")

    def __init__(
        self, source: str = "", *, strict: bool, v2beta1: bool = False, findings: list[Finding] | None = None
    ) -> None:
        self.source = source
        self.strict = strict
        self.v2beta1 = v2beta1
        self.findings: list[Finding] = [] if findings is None else findings

    def unchecked(self) -> Reading:
        """The same for a part that the schema says nothing about."""
        return Reading(self.source, strict=False, findings=self.findings)

    def add(self, spot: Spot, code: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Collect a finding. Notes do not count against the errors: a document with an error must not pass."""
        if sum(finding.severity == severity for finding in self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, severity, message, Place(self.source, path=path_of(spot)), hint))

    def wrong(self, spot: Spot, expected: str, value: Json) -> None:
        """A value of another type than the field has."""
        self.add(spot, "wrong-type", f"expected {expected}, found {type_in_words(value)}")

    def unknown(self, spot: Spot, name: str, known: Iterable[str], hint: str = "") -> None:
        """A field that the language does not have here."""
        severity: Severity = "error" if self.strict else "note"
        self.add(spot, "unknown-field", f"unknown field `{name}`", hint or near_miss(name, known), severity)

    def unlisted(self, spot: Spot, value: str, allowed: Iterable[str]) -> None:
        """A word that is none of those which the field allows."""
        words = ", ".join(f"`{word}`" for word in allowed)
        self.add(spot, "wrong-value", f"expected one of {words}, found `{value}`", near_miss(value, allowed))


def path_of(spot: Spot) -> str:
    """A field path as people write it."""
    from kyvernopy.documents.positions import show_path  # noqa: PLC0415  only a mistake needs it

    steps: list[str | int] = []
    while spot is not None:
        spot, step = spot
        steps.append(step)
    return show_path(steps[::-1])


def type_in_words(value: Json) -> str:
    """The type of a value in words of the language."""
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, dict):
        return "a map"
    return "null" if value is None else "a list" if isinstance(value, list) else "a value that JSON does not have"


def near_miss(word: str, known: Iterable[str]) -> str:
    """A help text that names the known word which looks most like this one; empty if none does."""
    import difflib  # noqa: PLC0415  only a mistake needs it, and it costs a cold start some milliseconds

    spelled = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), spelled, n=1)
    return f"did you mean `{spelled[near[0]]}`?" if near else ""
