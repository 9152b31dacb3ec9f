"""What the command prints about results, as text: failures in blocks, and the line of counts.

The texts are those of Kyverno to the letter (spec 08 §7.6), so that scripts that read them go on working; only
characters that could command a terminal are escaped. Nothing is printed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.reports.entries import audits, responses
from kyvernopy.reports.table import printable
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kyvernopy.reports.counts import Counts
    from kyvernopy.results import ResourceRef, RuleResult

__all__ = ["counts_line", "path", "results_text"]


def counts_line(counts: Counts) -> str:
    """The last line of a run, with an empty line before it."""
    return f"\n{counts} \n"  # Upstream: a blank before the line end


def results_text(results: Iterable[RuleResult], *, audit_warn: bool = False) -> str:
    """What failed, for each policy and resource, and which rules of other types than validation had trouble."""
    lines = (line for response in responses(results) for line in _response_lines(response, audit_warn=audit_warn))
    return printable("".join(lines))


def path(resource: ResourceRef) -> str:
    """How the command names a resource: an empty namespace leaves a slash, no identity at all is a JSON payload."""
    parts = (resource.namespace, resource.kind, resource.name)
    return "/".join(parts) if any(parts) else "JSON payload"


def _response_lines(response: list[RuleResult], *, audit_warn: bool) -> Iterator[str]:
    for result in response:
        yield _trouble(result)
    # spec 08 §7.6: errors of validate rules are counted, never printed.
    failed = [result for result in response if result.status is Status.FAIL]
    if failed:
        how = "failed as audit warning" if audit_warn and audits(failed[0]) else "failed"
        yield f"policy {_target(failed[0])} {how}:\n"
        for number, result in enumerate(failed, 1):
            yield f"{number} - {result.rule} {result.message or 'validation failed'}\n"


def _trouble(result: RuleResult) -> str:
    """What is said about one rule that changes or makes resources, before the failures; usually nothing."""
    match result.info.type, result.status:
        case "Mutation", Status.SKIP:
            return f"\nskipped mutate policy {_target(result)}\n"
        case "Mutation", Status.ERROR:  # Upstream: a blank before the line end, two after the colon
            return f"\nerror while applying mutate policy {_target(result)} \nerror:  {result.message}\n"
        case "Generation", Status.ERROR:
            return f"\nerror while applying generate policy {_target(result)} \nerror: {result.message}\n"
    return ""


def _target(result: RuleResult) -> str:
    return f"{result.info.policy.name} -> resource {path(result.resource)}"
