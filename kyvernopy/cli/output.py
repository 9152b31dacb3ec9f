"""The three outputs of `apply`: failures as text, a table, and reports (spec 08 §7.6).

Each takes the results of one resource after the other, keeps no more of them than it shows, and gives its text when
all are there. So the default output of a large run holds no more than its failures, as text.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from kyvernopy.cli.console import say, styled
from kyvernopy.reports.text import counts_line, results_text
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kyvernopy.cli.flags import Options
    from kyvernopy.reports.counts import Counts
    from kyvernopy.reports.entries import Document
    from kyvernopy.results import RuleResult

__all__ = ["Failures", "Output", "Reports", "Table", "Troubles", "output_for", "skipped_text"]

MOST_TROUBLES = 20
LINE = 70 * "-"


class Output(Protocol):
    """What a run shows of its results."""

    def add(self, results: Sequence[RuleResult]) -> None:
        """Take the results of one resource."""

    def parts(self, counts: Counts) -> Iterator[str]:
        """The text of the output, in parts."""


def output_for(options: Options) -> Output:
    """The output that the options of `apply` ask for; reports come before tables, as in Kyverno."""
    if options.policy_report:
        return Reports(as_json=options.output_format == "json", audit_warn=options.audit_warn)
    if options.table:
        style = styled(remove_color=options.remove_color)
        return Table(detailed=options.detailed_results, audit_warn=options.audit_warn, style=style)
    return Failures(audit_warn=options.audit_warn)


class Failures:
    """What failed, and the line of counts."""

    def __init__(self, *, audit_warn: bool) -> None:
        self._audit_warn = audit_warn
        self._texts: list[str] = []

    def add(self, results: Sequence[RuleResult]) -> None:
        """Keep the text about one resource, if there is any."""
        shown = [result for result in results if result.status is not Status.PASS]
        if shown:
            self._texts.append(results_text(shown, audit_warn=self._audit_warn))

    def parts(self, counts: Counts) -> Iterator[str]:
        """The failures, then the counts."""
        yield from self._texts
        yield counts_line(counts)


class Table:
    """One row for each result."""

    def __init__(self, *, detailed: bool, audit_warn: bool, style: Callable[[str, str], str] | None) -> None:
        self._detailed, self._audit_warn, self._style = detailed, audit_warn, style
        self._results: list[RuleResult] = []

    def add(self, results: Sequence[RuleResult]) -> None:
        """Keep the results, without their resource."""
        self._results += _settled(results)

    def parts(self, counts: Counts) -> Iterator[str]:  # noqa: ARG002  spec 08 §7.6: no line of counts
        """The table."""
        from kyvernopy.reports.table import results_table  # noqa: PLC0415  tables are rare

        yield results_table(self._results, detailed=self._detailed, audit_warn=self._audit_warn, style=self._style)


class Reports:
    """The merged report of cluster-wide policies, then one for each response of a namespaced policy."""

    def __init__(self, *, as_json: bool, audit_warn: bool) -> None:
        import time  # noqa: PLC0415  only reports have a time

        self._as_json, self._audit_warn = as_json, audit_warn
        self._now = int(time.time())
        self._results: list[RuleResult] = []
        self._namespaced: list[Document] = []

    def add(self, results: Sequence[RuleResult]) -> None:
        """Keep the results, without their resource."""
        from kyvernopy.reports.policy_report import namespaced_reports  # noqa: PLC0415  as in `_merged`

        self._results += (result for result in _settled(results) if "/" not in result.policy)
        # The responses of a namespaced policy to two resources that look alike are two reports.
        self._namespaced += namespaced_reports(results, timestamp=self._now, audit_warn=self._audit_warn)

    def parts(self, counts: Counts) -> Iterator[str]:  # noqa: ARG002  a report has its own summary
        """The documents, each with a line break behind it."""
        from kyvernopy.reports.policy_report import merged_report  # noqa: PLC0415  only reports need it

        merged = merged_report(self._results, timestamp=self._now, audit_warn=self._audit_warn)
        if merged:
            yield f"{self._written(merged)}\n"
        for report in self._namespaced:
            yield f"---\n{self._written(report)}\n"

    def _written(self, report: Document) -> str:
        """JSON on one line, or YAML, which ends in a line break of its own."""
        if self._as_json:
            from kyvernopy.documents.json_text import write_json  # noqa: PLC0415  one of the two is needed

            return write_json(report)
        from kyvernopy.documents.emit import emit  # noqa: PLC0415  as above

        return emit(report, sort_keys=True)


def _settled(results: Sequence[RuleResult]) -> Sequence[RuleResult]:
    """The results with their messages made, and one reference to their resource."""
    shared = None
    for result in results:
        shared = result.settle(shared).resource
    return results


# --- Beside the output ---


def skipped_text(policies: Iterable[tuple[str, str]]) -> str:
    """Names of policies that were not evaluated, and why; Kyverno tells a few reasons apart (spec 08 §7.6)."""
    lists: dict[str, list[str]] = {"Policies Skipped:": [], "Invalid Policies:": []}
    for name, reason in policies:
        title = "Invalid Policies:" if reason.startswith("variable 'element.name'") else "Policies Skipped:"
        lists[title].append(f"{len(lists[title]) + 1}. {name}: {reason}")
    parts = ([LINE, title, *lines, LINE] for title, lines in lists.items() if lines)
    return "".join(f"{line}\n" for part in parts for line in part)


class Troubles:
    """Why rules could not be evaluated, which the outputs without messages do not show; for standard error.

    The same reason is told once, with the first resource, and no more than some reasons are told.
    """

    def __init__(self) -> None:
        self._places: dict[tuple[str, str, str], str] = {}  # of each reason, the first resource
        self._numbers: Counter[tuple[str, str, str]] = Counter()
        self._untold = 0

    def add(self, results: Sequence[RuleResult]) -> None:
        """Take the results of one resource."""
        for result in results:
            if result.status is not Status.ERROR:
                continue
            reason = (result.policy, result.rule, result.message)
            if reason not in self._places and len(self._places) == MOST_TROUBLES:
                self._untold += 1
                continue
            self._places.setdefault(reason, str(result.resource))
            self._numbers[reason] += 1

    def tell(self) -> None:
        """Print them."""
        for (policy, rule, message), place in self._places.items():
            more = self._numbers[policy, rule, message] - 1
            others = f" and {more} more" if more else ""
            say(f"error: policy {policy} -> resource {place}{others}: {rule}: {message}")
        if self._untold:
            say(f"error: {self._untold} more errors, for other reasons")
