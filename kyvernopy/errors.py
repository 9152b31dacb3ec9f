"""Everything that can go wrong, said in one way: a message, a place and a help.

Loading raises these classes, or collects their `Finding`s; deciding never raises them. Each class hands all its
arguments to `super().__init__`, so that it pickles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kyvernopy.source import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DocumentError",
    "ExpressionError",
    "Finding",
    "KyvernopyError",
    "LimitExceeded",
    "MissingExtra",
    "PatchError",
    "PolicyError",
    "PolicyViolation",
]

Severity = Literal["error", "warning", "note"]
Errors = Literal["raise", "collect"]


def raises(errors: Errors) -> bool:
    """Whether a loader that is called with `errors=...` raises; ValueError for another word."""
    if errors not in ("raise", "collect"):
        raise ValueError(f'errors is "raise" or "collect", not {errors!r}')
    return errors == "raise"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found in an input: `code` is its stable short name, `help` says what to do.

    `excerpt` is the expression that it is about, with a mark in a second line where something is wrong in it.
    """

    code: str
    severity: Severity
    message: str
    place: Place = NOWHERE
    help: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        where, advice = str(self.place), f" ({self.help})" if self.help else ""
        excerpt = "".join(f"\n    {line}" for line in self.excerpt.split("\n")) if self.excerpt else ""
        return f"{where}: {self.message}{advice}{excerpt}" if where else f"{self.message}{advice}{excerpt}"


class KyvernopyError(Exception):
    """The root of all errors of this library."""


class DocumentError(KyvernopyError):
    """A text or file cannot be read as YAML or JSON."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        return str(self.finding)


class PolicyError(KyvernopyError):
    """Policies cannot be used; `findings` has every reason, not only the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


class ExpressionError(KyvernopyError):
    """An expression cannot be read or evaluated.

    The text is the one that Kyverno gives. `column` is the offset in `expression`, from 0, where that is known.
    """

    def __init__(self, message: str, expression: str = "", column: int | None = None) -> None:
        super().__init__(message, expression, column)
        self.message, self.expression, self.column = message, expression, column

    @property
    def caret(self) -> str:
        """The expression, or its line, and below it a mark at the column; empty where no column is known."""
        if self.column is None:
            return ""
        start = self.expression.rfind("\n", 0, self.column) + 1
        line, _, _ = self.expression[start:].partition("\n")
        return f"{line}\n{' ' * (self.column - start)}^"

    def __str__(self) -> str:
        return self.message


class PatchError(PolicyError):
    """A patch cannot be read or applied; the text is the one that Kyverno gives."""

    def __init__(self, message: str) -> None:
        super().__init__([Finding("invalid-patch", "error", message)])
        self.args = (message,)
        self.message = message

    def __str__(self) -> str:
        return self.message


class LimitExceeded(KyvernopyError):  # noqa: N818  a crossed bound is named for what happened
    """An input crossed a bound of `Limits`: the limit's name, the measured value and the bound."""

    def __init__(self, limit: str, value: int, bound: int, place: Place = NOWHERE) -> None:
        super().__init__(limit, value, bound, place)
        self.limit, self.value, self.bound, self.place = limit, value, bound, place

    @property
    def finding(self) -> Finding:
        """The same as a finding, for callers that collect."""
        message = f"limit `{self.limit}` exceeded: {self.value} is more than {self.bound}"
        return Finding("limit-exceeded", "error", message, self.place, f"raise it with limits=Limits({self.limit}=...)")

    def __str__(self) -> str:
        return str(self.finding)


class MissingExtra(KyvernopyError, ImportError):  # noqa: N818  named for what is missing
    """An optional package is not installed; the message has the exact command."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra, self.purpose = extra, purpose

    def __str__(self) -> str:
        return f"{self.purpose} needs the extra `{self.extra}`: pip install 'kyvernopy[{self.extra}]'"


class PolicyViolation(KyvernopyError):  # noqa: N818  named for what happened
    """A resource was blocked; the message is the one that an admission request would get."""
