"""The documents that Kubernetes tools read: policy reports of two APIs, and the merged report of the command.

In a cluster Kyverno keeps one report for each resource (spec 03 §9.1-9.3); both APIs have the same content under other
kinds. The command prints one merged report over all cluster-wide policies, and one more for every response of a
namespaced policy (spec 08 §7.6). No clock is read: a time stamp is a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kyvernopy.reports import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kyvernopy.reports.entries import Document
    from kyvernopy.results import ResourceRef, RuleResult

__all__ = ["Api", "merged_report", "namespaced_reports", "policy_reports"]

Api: TypeAlias = Literal["wgpolicyk8s.io/v1alpha2", "openreports.io/v1alpha1"]
POLICY_REPORTS, OPEN_REPORTS = get_args(Api)

# The kinds of a report about a namespaced and about a cluster-scoped resource.
KINDS = {
    POLICY_REPORTS: ("PolicyReport", "ClusterPolicyReport"),
    OPEN_REPORTS: ("Report", "ClusterReport"),
}
LONGEST_NAME = 253  # of a Kubernetes object


# --- A report for each resource ---


def policy_reports(
    results: Iterable[RuleResult], *, timestamp: float | None = None, api: Api = POLICY_REPORTS
) -> list[Document]:
    """One report document for each resource, in the order in which the resources come.

    The name of a document is the uid of its resource. Where that is not known, as in manifests, it is `<kind>-<name>`
    in lower case, with each character that a name may not hold replaced by `-`; eight hexadecimal digits made of the
    whole identity follow where the replacing changed something, and where another report of the same namespace has
    that name. A resource without a namespace counts as cluster-scoped.
    """
    if api not in KINDS:
        raise ValueError(f"unknown report API `{api}`, expected one of {', '.join(KINDS)}")
    taken: set[tuple[str, str]] = set()
    return [
        _report(resource, [entries.entry(result, timestamp=timestamp) for result in group], api, taken)
        for resource, group in _by_resource(results)
    ]


def _by_resource(results: Iterable[RuleResult]) -> Iterable[tuple[ResourceRef, list[RuleResult]]]:
    groups: dict[object, tuple[ResourceRef, list[RuleResult]]] = {}
    for result in results:
        resource = result.resource
        # Manifests without a name (`generateName`) are different resources wherever they stand at different places.
        key = resource if resource.name or resource.uid else (resource, resource.place)
        groups.setdefault(key, (resource, []))[1].append(result)
    return groups.values()


def _report(resource: ResourceRef, results: list[Document], api: Api, taken: set[tuple[str, str]]) -> Document:
    # spec 03 §9.2: Kyverno sorts by resources and time as well, which are the same throughout such a report.
    results.sort(key=lambda entry: (entry["policy"], entry.get("rule", ""), entry["source"]))
    report: Document = {
        "apiVersion": api,
        "kind": KINDS[api][0 if resource.namespace else 1],
        "metadata": _metadata(resource, taken),
        "results": results,
        "scope": entries.reference(resource),
    }
    if api == OPEN_REPORTS:
        report["source"] = "kyverno"
    return {**report, "summary": entries.summarize(results)}


def _metadata(resource: ResourceRef, taken: set[tuple[str, str]]) -> Document:
    metadata: Document = {
        "labels": {"app.kubernetes.io/managed-by": "kyverno"},
        "name": resource.uid or _derived_name(resource, taken),
    }
    if resource.namespace:
        metadata["namespace"] = resource.namespace
    if resource.uid:
        owner = entries.reference(resource)
        owner.pop("namespace", None)  # an owner reference never crosses namespaces, so it has none
        metadata["ownerReferences"] = [owner]
    return metadata


def _derived_name(resource: ResourceRef, taken: set[tuple[str, str]]) -> str:
    plain = entries.join((resource.kind, resource.name), "-").lower()
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "-" for letter in plain)
    name = name.strip("-.") or "resource"
    if name != plain or len(name) > LONGEST_NAME or (resource.namespace, name) in taken:
        name = f"{name[: LONGEST_NAME - 9].rstrip('-.')}-{_digits(resource)}"
    taken.add((resource.namespace, name))
    return name


def _digits(resource: ResourceRef) -> str:
    from hashlib import sha256  # noqa: PLC0415  (needed for few names only)

    identity = (resource.api_version, resource.kind, resource.namespace, resource.name, str(resource.place))
    return sha256("\n".join(identity).encode("utf-8", "surrogatepass")).hexdigest()[:8]


# --- The reports of the command ---


def merged_report(
    results: Iterable[RuleResult], *, timestamp: float | None = None, audit_warn: bool = False
) -> Document | None:
    """The report over all results of cluster-wide policies, which names its resources; None if there are none.

    Policies come in the order of their first result. With `audit_warn`, failures of audit policies are warnings.
    """
    # Upstream: the order of policies is random.
    groups: dict[str, list[Document]] = {}
    for result in results:
        if not _namespace(result):
            groups.setdefault(result.policy, []).append(_command_entry(result, timestamp, audit_warn=audit_warn))
    merged = [entry for group in groups.values() for entry in group]
    return _command_report("ClusterReport", {"name": "merged"}, merged) if merged else None


def namespaced_reports(
    results: Iterable[RuleResult], *, timestamp: float | None = None, audit_warn: bool = False
) -> list[Document]:
    """One report for each response of a namespaced policy, named as the policy, in its namespace."""
    return [
        _command_report(
            "PolicyReport",  # Upstream: the kind of the other API, spec 08 §7.6
            {"name": response[0].info.policy.name, "namespace": _namespace(response[0])},
            [_command_entry(result, timestamp, audit_warn=audit_warn) for result in response],
        )
        for response in entries.responses(results)
        if _namespace(response[0])
    ]


def _namespace(result: RuleResult) -> str:
    return result.policy.rpartition("/")[0]


def _command_entry(result: RuleResult, timestamp: float | None, *, audit_warn: bool) -> Document:
    return entries.entry(result, timestamp=timestamp, audit_warn=audit_warn, with_resource=True)


def _command_report(kind: str, metadata: Mapping[str, str], results: list[Document]) -> Document:
    return {
        "apiVersion": OPEN_REPORTS,
        "kind": kind,
        "metadata": dict(metadata),
        "results": results,
        "summary": entries.summarize(results),
    }
