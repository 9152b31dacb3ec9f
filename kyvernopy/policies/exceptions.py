"""Exceptions from policies: `PolicyException` as frozen data, and how it is read (spec 03 §1.3, 08 §5.5).

An exception names rules and says for which resources and under which conditions they are passed over. Text is read
strictly and other documents leniently, as policies are; filters and conditions are those of the policies' own model.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import Finding
from kyvernopy.kubernetes.wildcards import matches
from kyvernopy.policies import shapes
from kyvernopy.policies.decode import METADATA
from kyvernopy.policies.fields import Node, Shape, declared, flag, many, one, one_of, read_raw, read_text, text
from kyvernopy.policies.model import Conditions, ResourceFilter
from kyvernopy.policies.reading import Reading, near_miss
from kyvernopy.source import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from dataclasses import dataclass as node  # which is what a type checker shall see

    from kyvernopy.errors import Severity
    from kyvernopy.policies.reading import Json, Spot
    from kyvernopy.source import Source
else:
    from kyvernopy.policies.fields import node

__all__ = [
    "ExceptionEntry",
    "ExceptionMatch",
    "ExceptionSpec",
    "PolicyException",
    "decode_exception",
    "is_exception",
    "unknown_policies",
]

KIND = "PolicyException"
VERSIONS = ("kyverno.io/v2", "kyverno.io/v2beta1")


# --- The model ---


@node(frozen=True)
class ExceptionEntry(Node):
    """Rules of one policy, which is named by its key; names of rules may hold wildcards."""

    policy_name: str = text()
    rule_names: tuple[str, ...] = many(shapes.TEXT)


@node(frozen=True)
class ExceptionMatch(Node):
    """Filters of which any, or else all must hold; there is no form without `any` and `all`."""

    any: tuple[ResourceFilter, ...] = many(ResourceFilter)
    all: tuple[ResourceFilter, ...] = many(ResourceFilter)


# The schema of exceptions does not have the deprecated operators `In` and `NotIn`.
OPERATORS = (
    *("Equals", "NotEquals", "AnyIn", "AllIn", "AnyNotIn", "AllNotIn"),
    *("GreaterThanOrEquals", "GreaterThan", "LessThanOrEquals", "LessThan"),
    *("DurationGreaterThanOrEquals", "DurationGreaterThan", "DurationLessThanOrEquals", "DurationLessThan"),
)
read_operator = one_of(*OPERATORS)


def read_conditions(value: Json, spot: Spot, reading: Reading) -> Conditions:
    """The conditions, with operators that exceptions have."""
    found: Conditions = Conditions.SHAPE.read(value, spot, reading)
    for name, conditions in (("any", found.any), ("all", found.all)):
        for index, condition in enumerate(conditions or ()):
            if condition.operator in ("In", "NotIn"):
                read_operator(condition.operator, (((spot, name), index), "operator"), reading)
    return found


POD_SECURITY = Shape.plain(controlName=read_text, images=shapes.TEXTS, restrictedField=read_text, values=shapes.TEXTS)


@node(frozen=True)
class ExceptionSpec(Node):
    """What an exception says; without `match` it is for no resource at all."""

    background: bool | None = flag()
    match: ExceptionMatch = one(ExceptionMatch, ExceptionMatch())
    conditions: Conditions | None = declared(read_conditions)
    exceptions: tuple[ExceptionEntry, ...] = many(ExceptionEntry)
    pod_security: tuple[Mapping[str, Any], ...] = many(POD_SECURITY.read)


@dataclass(frozen=True, slots=True)
class PolicyException:
    """An exception from rules of policies; `source` says where it was read and does not count for equality."""

    name: str
    spec: ExceptionSpec
    namespace: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    api_version: str = VERSIONS[0]
    source: Source | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """`namespace/name`, by which results name the exception."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def names_rule(self, policy_key: str, rule_name: str) -> bool:
        """Whether the exception is from a rule, whose name is that after autogen (spec 03 §7, step 1)."""
        return any(
            entry.policy_name == policy_key and any(matches(pattern, rule_name) for pattern in entry.rule_names)
            for entry in self.spec.exceptions
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, under canonical names, without what is absent."""
        about = {"name": self.name, "namespace": self.namespace, "annotations": self.annotations, "labels": self.labels}
        metadata = {name: value for name, value in about.items() if value}
        return {"apiVersion": self.api_version, "kind": KIND, "metadata": metadata, "spec": self.spec.to_dict()}


# --- Reading ---

DOCUMENT = Shape.plain(
    apiVersion=read_text, kind=read_text, metadata=METADATA.read, spec=ExceptionSpec.SHAPE.read, status=read_raw
)


def is_exception(document: Any) -> bool:
    """Whether a document is an exception that can be read."""
    return isinstance(document, dict) and document.get("kind") == KIND and document.get("apiVersion") in VERSIONS


def decode_exception(
    document: Any, *, source: Source | None = None, strict: bool
) -> tuple[PolicyException | None, list[Finding]]:
    """The exception, unless something is wrong, and all findings; those of one that can be used are notes."""
    reading = Reading(source.name if source else "", strict=strict)
    exception = _decode(document, source, reading) if _recognise(document, reading) else None
    return exception, [_placed(finding, source) for finding in reading.findings] if source else reading.findings


def _recognise(document: Any, reading: Reading) -> bool:
    """Whether a document is an exception.

    If not, the reading gets an error, unlike for documents among policies: Kyverno's commands refuse it (spec 08 §5.5).
    """
    if is_exception(document):
        return True
    if not isinstance(document, dict):
        reading.wrong(None, "a map with `apiVersion`, `kind` and `spec`", document)
        return False
    version, kind = str(document.get("apiVersion") or ""), str(document.get("kind") or "")
    group, _, name = version.rpartition("/")
    advice = near_miss(kind, (KIND,)) if kind != KIND else f"write `{VERSIONS[0]}`"
    if kind == KIND and group == "policies.kyverno.io":
        advice = "exceptions from policies in CEL are not supported by this version"
    message = f"policy exception type not supported {group}/{name}, Kind={kind}"
    reading.add((None, "apiVersion" if kind == KIND else "kind"), "not-an-exception", message, advice)
    return False


def _decode(document: dict[str, Any], source: Source | None, reading: Reading) -> PolicyException | None:
    """The exception, unless something is wrong."""
    fields = DOCUMENT.read(document, None, reading)
    metadata = fields.get("metadata", {})
    if reading.strict:
        _check_required(document, fields, reading)
    if any(finding.severity == "error" for finding in reading.findings):
        return None
    return PolicyException(
        name=metadata.get("name", ""),
        spec=fields.get("spec") or ExceptionSpec(),
        namespace=metadata.get("namespace", ""),
        annotations=metadata.get("annotations", {}),
        labels=metadata.get("labels", {}),
        api_version=fields["apiVersion"],
        source=source,
    )


def _check_required(document: dict[str, Any], fields: dict[str, Any], reading: Reading) -> None:
    """What the API server insists on."""
    metadata = fields.get("metadata", {})
    if not metadata.get("name") and not metadata.get("generateName"):
        reading.add((None, "metadata"), "missing-field", "an exception needs a `metadata.name`", "name it")
    if "spec" not in fields:
        reading.add(None, "missing-field", "an exception needs a `spec`", "say which rules and for which resources")
        return
    written = next(value for name, value in document.items() if str(name).lower() == "spec")
    given = {str(name).lower() for name in written} if isinstance(written, dict) else set()
    for name, advice in (("match", "say for which resources it is"), ("exceptions", "say from which rules it is")):
        if name not in given:
            reading.add((None, "spec"), "missing-field", f"an exception needs `spec.{name}`", advice)


def _placed(finding: Finding, source: Source) -> Finding:
    """The finding with line and column."""
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only a mistake needs it

    return replace(finding, place=place_of(source, finding.place.path))


# --- Names ---


def unknown_policies(exceptions: Iterable[PolicyException], known: Collection[str]) -> Iterator[Finding]:
    """A finding for each policy that an exception names and that is not there; most often its name is misspelt.

    It is an error where the exception names no other: then it does nothing at all. Kyverno says nothing.
    """
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only a mistake reads its file once more

    for exception in exceptions:
        names = [entry.policy_name for entry in exception.spec.exceptions]
        severity: Severity = "warning" if any(name in known for name in names) else "error"
        for index, name in enumerate(names):
            if name not in known:
                path = ("spec", "exceptions", index, "policyName")
                place = place_of(exception.source, path) if exception.source else NOWHERE
                message = f"exception {exception.key} names the policy `{name}`, which is not loaded"
                advice = near_miss(name, known) or "correct the name, or load the policy"
                yield Finding("exception-unknown-policy", severity, message, place, advice)
