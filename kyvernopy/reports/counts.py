"""The five numbers that the command prints and takes its exit status from.

They are not a plain tally of statuses: what counts depends on the type of the rule and the kind of the policy (the
table of spec 08 §7.6). The plain tally is `Report.summary`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyvernopy.reports.entries import is_classic, reported, responses
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.results import RuleResult

__all__ = ["Counts", "count"]

# The statuses that count, for what never counts a warning, and for what never counts a skip either.
WITHOUT_WARN = frozenset({Status.PASS, Status.FAIL, Status.ERROR, Status.SKIP})
WITHOUT_SKIP = frozenset({Status.PASS, Status.FAIL, Status.ERROR})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many results passed, failed, warned, could not be evaluated, and were skipped; counts add up with `+`."""

    passed: int = 0
    failed: int = 0
    warned: int = 0
    errors: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.warned + other.warned,
            self.errors + other.errors,
            self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        numbers = f"pass: {self.passed}, fail: {self.failed}, warn: {self.warned}, "
        return f"{numbers}error: {self.errors}, skip: {self.skipped}"


def count(results: Iterable[RuleResult], *, audit_warn: bool = False) -> Counts:
    """The counts of results as the command counts them; with `audit_warn`, audit policies warn where they fail."""
    tally = dict.fromkeys((Status.PASS, Status.FAIL, Status.WARN, Status.ERROR, Status.SKIP), 0)
    for response in responses(results):
        for result in _once_each(response):
            status = _counted(result, audit_warn=audit_warn)
            if status:
                tally[status] += _weight(result)
    return Counts(*tally.values())


def _once_each(response: list[RuleResult]) -> list[RuleResult]:
    """The results that count: of a classic rule that validates or verifies, the first one of a response."""
    if not _is_classic_check(response[0]):
        return response
    return list({result.rule: result for result in reversed(response)}.values())


def _is_classic_check(result: RuleResult) -> bool:
    return is_classic(result.info.policy) and result.info.type not in ("Mutation", "Generation")


def _counted(result: RuleResult, *, audit_warn: bool) -> Status | None:
    """The status that a result counts as, or None where it does not count."""
    if _is_classic_check(result):
        return reported(result, audit_warn=audit_warn)
    if result.info.type == "Generation":
        return result.status
    counting = WITHOUT_SKIP if result.info.policy.kind == "ValidatingAdmissionPolicy" else WITHOUT_WARN
    return result.status if result.status in counting else None


def _weight(result: RuleResult) -> int:
    """How often a result counts."""
    # Upstream: results of a MutatingPolicy count when they are made and once more when they are printed.
    return 2 if result.info.policy.kind.removeprefix("Namespaced") == "MutatingPolicy" else 1
