"""A report: what policies say about many resources, in one value that other programs embed.

A report holds settled results, that is texts and references, never a resource; its size does not depend on the size of
the resources. `keep` makes it independent of their number too: results with other statuses are counted and let go,
without their message ever being made. So `scan(pods, keep={"fail", "error"})` of a million pods holds what is wrong
and five numbers. A status here is what the rule said; documents map it first (spec 03 §9.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.reports.entries import FIELDS, row
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kyvernopy.errors import Finding
    from kyvernopy.reports.policy_report import Api
    from kyvernopy.results import ResourceRef, RuleResult

__all__ = ["Report"]

ORDER = (Status.PASS, Status.FAIL, Status.WARN, Status.ERROR, Status.SKIP)


class Report:
    """Results of policies over resources, in the order in which they were asked for; read-only.

    Iterating gives the results. `errors` has what the scan met on its way and could not read.
    """

    __slots__ = ("_cells", "_columns", "_counts", "_errors", "_results")

    def __init__(self, results: Iterable[RuleResult] = (), *, errors: Iterable[Finding] = ()) -> None:
        """A report of these results, each of which is settled; `collect` takes more."""
        self._fill([((), results)], frozenset(ORDER))
        self._columns: tuple[str, ...] = ()
        self._errors = tuple(errors)

    @classmethod
    def collect(
        cls,
        responses: Iterable[tuple[Iterable[RuleResult], Mapping[str, Any]]],
        *,
        columns: Mapping[str, Any] | None = None,
        keep: Collection[Status | str] | None = None,
        errors: Iterable[Finding] = (),
    ) -> Report:
        """A report of many responses, each the results for one resource and that resource; they are asked for once.

        `columns` adds columns to the rows: names, each with a glom spec over the resource, for instance
        `{"team": "metadata.labels.team"}`; what a resource does not have is an empty text. Results whose status is not
        in `keep` are only counted. `errors` is read after the last response, so what yields the responses may fill it.
        Raises ValueError for a wrong column or status, before the first response is asked for.
        """
        report = cls()
        kept = frozenset(ORDER if keep is None else map(Status, keep))
        if columns:
            from kyvernopy.reports.columns import compile_columns  # noqa: PLC0415  (it brings glom)

            cells = compile_columns(columns, (*FIELDS, "resource"))
            report._columns = tuple(columns)
            report._fill(((cells(resource), results) for results, resource in responses), kept)
        else:
            report._fill((((), results) for results, _ in responses), kept)
        report._errors = tuple(errors)
        return report

    def _fill(
        self, responses: Iterable[tuple[tuple[Any, ...], Iterable[RuleResult]]], keep: Collection[Status]
    ) -> None:
        counts = dict.fromkeys(ORDER, 0)
        kept: list[RuleResult] = []
        cells: list[tuple[Any, ...]] = []
        resource: ResourceRef | None = None
        for own_cells, results in responses:
            for result in results:
                counts[result.status] += 1
                if result.status in keep:
                    resource = result.settle(resource).resource
                    kept.append(result)
                    cells.append(own_cells)
        self._counts, self._results, self._cells = counts, tuple(kept), tuple(cells)

    # --- What it holds ---

    @property
    def results(self) -> tuple[RuleResult, ...]:
        """The results that were kept, in order."""
        return self._results

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What could not be read, and so was not judged."""
        return self._errors

    @property
    def summary(self) -> dict[str, int]:
        """How many results have each status; all five are there, and results that were not kept are counted too."""
        return {str(status): number for status, number in self._counts.items()}

    def __iter__(self) -> Iterator[RuleResult]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    # --- What it gives ---

    def rows(self, most: int | None = None) -> list[dict[str, Any]]:
        """The results as flat dicts that share their keys, fit for a data frame or a CSV file; or the first `most`.

        The keys are policy, rule, status, severity, category, kind, namespace, name, message, source (the file and line
        of the resource) and the columns that were asked for.
        """
        return [
            {**row(result), **dict(zip(self._columns, cells, strict=True))}
            for result, cells in zip(self._results[:most], self._cells[:most], strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data: `summary`, `results` (the rows) and `errors`."""
        errors = [
            {"code": error.code, "severity": error.severity, "message": error.message, "place": str(error.place)}
            for error in self._errors
        ]
        return {"summary": self.summary, "results": self.rows(), "errors": errors}

    def to_policy_reports(
        self, timestamp: float | None = None, api: Api = "wgpolicyk8s.io/v1alpha2"
    ) -> list[dict[str, Any]]:
        """One `PolicyReport` or `ClusterPolicyReport` for each resource that has results; see `policy_reports`.

        `timestamp` is written into every result, in seconds since 1970; without it, results have none.
        `api="openreports.io/v1alpha1"` makes `Report` and `ClusterReport` instead.
        """
        from kyvernopy.reports.policy_report import policy_reports  # noqa: PLC0415  (only who asks pays)

        return policy_reports(self._results, timestamp=timestamp, api=api)

    def __str__(self) -> str:
        from kyvernopy.reports.show import report_text  # noqa: PLC0415  (as above)

        return report_text(self)

    def __repr__(self) -> str:
        return f"<Report {', '.join(f'{name}: {number}' for name, number in self.summary.items())}>"

    def _repr_html_(self) -> str:
        from kyvernopy.reports.show import report_html  # noqa: PLC0415  (as above)

        return report_html(self)
