"""One result as an entry of a report document, and the questions that every form of report asks about a result.

An entry is the same in both report APIs (spec 03 §9.2). What a rule said and what a report says differ in two cases: a
failure of a policy that is not scored is a warning, and so is, where the user of the command wishes it, a failure of a
policy that only audits. `reported` is the one place that knows. Keys come in alphabetical order, as Kyverno prints
them.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.results import ResourceRef, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kyvernopy.results import PolicyRef, RuleResult

__all__ = [
    "FIELDS",
    "Document",
    "audits",
    "category",
    "entry",
    "is_classic",
    "is_scored",
    "join",
    "process",
    "reference",
    "reported",
    "responses",
    "row",
    "severity",
    "source",
    "summarize",
    "time_stamp",
]

Document: TypeAlias = "dict[str, Any]"

CATEGORY = "policies.kyverno.io/category"
SCORED = "policies.kyverno.io/scored"
SEVERITY = "policies.kyverno.io/severity"
SEVERITIES = frozenset({"critical", "high", "medium", "low", "info"})

FIELDS = ("policy", "rule", "status", "severity", "category", "kind", "namespace", "name", "message", "source")

SCAN, REVIEW = "background scan", "admission review"

# Other kinds of policies than `ClusterPolicy` and `Policy`, without a leading `Namespaced`: the source of their
# results, and the process where the kind decides it.
SOURCES = {
    "GeneratingPolicy": ("KyvernoGeneratingPolicy", REVIEW),
    "ImageValidatingPolicy": ("KyvernoImageValidatingPolicy", None),
    "MutatingAdmissionPolicy": ("MutatingAdmissionPolicy", SCAN),
    "MutatingPolicy": ("KyvernoMutatingPolicy", None),
    "ValidatingAdmissionPolicy": ("ValidatingAdmissionPolicy", SCAN),
    "ValidatingPolicy": ("KyvernoValidatingPolicy", None),
}
NAMED_BY_RULE = frozenset({"MutatingAdmissionPolicy", "ValidatingAdmissionPolicy"})


# --- What a policy says about its results ---


def severity(annotations: Mapping[str, str]) -> str:
    """The severity that the annotations of a policy state, or an empty text."""
    text = annotations.get(SEVERITY, "")
    return text if text in SEVERITIES else ""


def category(annotations: Mapping[str, str]) -> str:
    """The category that the annotations of a policy state, or an empty text."""
    return annotations.get(CATEGORY, "")


def is_scored(annotations: Mapping[str, str]) -> bool:
    """Whether failures of a policy count as failures; only the exact text `false` says no."""
    return annotations.get(SCORED) != "false"


def source(policy: PolicyRef) -> str:
    """The tool or mechanism that a result is said to come from."""
    return SOURCES.get(policy.kind.removeprefix("Namespaced"), ("kyverno", None))[0]


def _properties(result: RuleResult) -> dict[str, str]:
    """What a rule adds by itself, how its policy is processed, and the names of the exceptions that were applied."""
    properties = {**result.properties, "process": process(result.info.policy)}
    if result.exceptions:
        properties["exceptions"] = ",".join(key.rpartition("/")[2] for key in result.exceptions)
    return properties


def process(policy: PolicyRef) -> str:
    """How results of a policy come about. It describes the policy, not what asked for this result."""
    fixed = SOURCES.get(policy.kind.removeprefix("Namespaced"), ("", None))[1]
    return fixed or (SCAN if policy.background else REVIEW if policy.admission else "")


def is_classic(policy: PolicyRef) -> bool:
    """Whether a policy is a `ClusterPolicy` or a `Policy`, whose rules have names and failure actions."""
    return policy.kind in ("ClusterPolicy", "Policy")


def audits(result: RuleResult) -> bool:
    """Whether the policy of a result, taken as a whole, only audits; kinds without an action never do."""
    # spec 08 §7.6: not the action of the rule, but the one that the policy as a whole has.
    return is_classic(result.info.policy) and result.info.policy_action.capitalize() == "Audit"


def reported(result: RuleResult, *, audit_warn: bool = False) -> Status:
    """The status that a report gives: a failure that is not scored, or one of an audit policy, may be a warning."""
    status = result.status
    if status is Status.FAIL and (not is_scored(result.info.policy.annotations) or (audit_warn and audits(result))):
        return Status.WARN
    return status


def responses(results: Iterable[RuleResult]) -> Iterator[list[RuleResult]]:
    """Results in runs: each run is what one policy, asked for one kind of rule, says about one resource."""
    for _, run in groupby(results, _response):
        yield list(run)


def _response(result: RuleResult) -> tuple[object, ...]:
    subject = result.subject
    # A resource that is still there is known by being the same object, which costs nothing to find out.
    about = (subject, subject.place) if isinstance(subject, ResourceRef) else id(subject)
    return result.info.policy, result.info.type, about


# --- Rows and parts of documents ---


def row(result: RuleResult) -> dict[str, str]:
    """One result as a flat dict with the keys `FIELDS`; its status is what the rule said."""
    annotations, resource = result.info.policy.annotations, result.resource
    return {
        "policy": result.policy,
        "rule": result.rule,
        "status": str(result.status),
        "severity": severity(annotations),
        "category": category(annotations),
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
        "message": result.message,
        "source": str(resource.place),
    }


def entry(
    result: RuleResult, *, timestamp: float | None = None, audit_warn: bool = False, with_resource: bool = False
) -> Document:
    """One result as an entry of a report; without `timestamp`, the entry has none."""
    policy = result.info.policy
    scored = is_scored(policy.annotations)
    return _without_empty(
        {
            "category": category(policy.annotations),
            "message": _message(result),
            "policy": result.rule if policy.kind in NAMED_BY_RULE else policy.key,
            "properties": dict(sorted(_properties(result).items())),
            "resources": [reference(result.resource)] if with_resource else None,
            "result": str(reported(result, audit_warn=audit_warn)),
            "rule": result.rule,
            "scored": scored,
            "severity": severity(policy.annotations),
            "source": source(policy),
            "timestamp": time_stamp(timestamp),
        }
    )


def _message(result: RuleResult) -> str:
    """The message, unless properties override it: one for the status of the rule, and over that one for all."""
    properties = result.properties
    return properties.get("message") or properties.get(f"{result.status}Message") or result.message


def reference(resource: ResourceRef) -> Document:
    """A reference to a resource, without its empty parts."""
    return _without_empty(
        {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "name": resource.name,
            "namespace": resource.namespace,
            "uid": resource.uid,
        }
    )


def time_stamp(seconds: float | None) -> Document | None:
    """Seconds since 1970 as a document has them."""
    if seconds is None:
        return None
    whole, nanos = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    return {"nanos": nanos, "seconds": whole}


def summarize(entries: Iterable[Document]) -> dict[str, int]:
    """How many entries have each result; all five are always there."""
    counts = dict.fromkeys(sorted(map(str, Status)), 0)
    for item in entries:
        counts[item["result"]] += 1
    return counts


def join(parts: Iterable[str], separator: str) -> str:
    """The parts that are not empty, joined."""
    return separator.join(filter(None, parts))


def _without_empty(document: Document) -> Document:
    """The document without empty texts, false and absent values; `policy` and `source` always stay (spec 03 §9.1)."""
    return {key: value for key, value in document.items() if value or key in ("policy", "source")}
