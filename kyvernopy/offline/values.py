"""Values files and `--set`: what variables hold in a run without a cluster (spec 08 §5.1, 02 §8.1, §8.2).

`Values` is plain data; each of its methods answers one question of a run, about one policy and one resource. Names of
variables are dotted paths, which are written into the context of the rules as they stand: `request.operation`, or
`request.object.metadata.labels.team`, which changes what the rules see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.request import OPERATIONS
from kyvernopy.errors import DocumentError, ExpressionError, Finding
from kyvernopy.offline.strict import fields, load_strict, map_of, raw, switch, text, texts, tuple_of
from kyvernopy.variables.paths import split_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kyvernopy.offline.strict import Reader

__all__ = [
    "NO_VALUES",
    "PolicyValues",
    "ResourceValues",
    "RuleValues",
    "SubresourceValues",
    "Values",
    "load_values",
    "parse_set",
    "read_values",
    "wrong_operation",
]

OPERATION = "request.operation"
RULE_PREFIXES = ("", "autogen-", "autogen-cronjob-")


@dataclass(frozen=True, slots=True)
class ResourceValues:
    """Variables for the resources of one name; neither kind nor namespace matters."""

    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What stands in a rule for context entries that cannot be loaded."""

    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    foreach_values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Any]:
        """The values by their dotted names; of each list, the first element, which serves all iterations."""
        return {**self.values, **{name: values[0] for name, values in self.foreach_values.items()}}


@dataclass(frozen=True, slots=True)
class PolicyValues:
    """Values for the policies of one name; their namespace does not matter."""

    name: str = ""
    resources: tuple[ResourceValues, ...] = ()
    rules: tuple[RuleValues, ...] = ()


@dataclass(frozen=True, slots=True)
class SubresourceValues:
    """A kind that is what a resource is sent as, and the kind whose subresource `name` it is sent to."""

    kind: tuple[str, str, str]
    parent: tuple[str, str, str]
    name: str


@dataclass(frozen=True, slots=True)
class Values:
    """All values of a run; `chosen` are those of `--set`."""

    global_values: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[PolicyValues, ...] = ()
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # their labels, by name
    subresources: tuple[SubresourceValues, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    def variables_for(self, policy_key: str, resource_name: str) -> dict[str, Any]:
        """The variables of one policy and resource by their dotted names; there always is an operation."""
        found: dict[str, Any] = {OPERATION: "CREATE", **self.global_values}
        for policy in self._named(policy_key):
            for resource in policy.resources:
                if resource.name == resource_name:
                    found.update(resource.values)
        found.update(self.chosen)
        return found

    def operation_for(self, policy_key: str, resource_name: str) -> str:
        """The operation that is simulated: DELETE, UPDATE or, for everything else, CREATE."""
        operation = self.variables_for(policy_key, resource_name)[OPERATION]
        return operation if operation in ("DELETE", "UPDATE") else "CREATE"

    def rule_values_for(self, policy_key: str) -> dict[str, dict[str, Any]]:
        """For each rule of a policy, and for those that Kyverno makes of it, its values by their dotted names."""
        found: dict[str, dict[str, Any]] = {}
        for policy in self._named(policy_key):
            for rule in policy.rules:
                for prefix in RULE_PREFIXES:
                    found.setdefault(f"{prefix}{rule.name}", rule.all)
        return found

    def labels_of(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of a namespace; None where nothing is said about it."""
        return self.namespaces.get(namespace)

    def subresource_of(self, kind: tuple[str, str, str]) -> tuple[tuple[str, str, str], str]:
        """As what a kind (group, version, kind) is judged: a kind, and the name of its subresource or nothing."""
        name = ""
        for subresource in self.subresources:  # Upstream: the search goes on with the kind that was found.
            if kind == subresource.kind:
                kind, name = subresource.parent, subresource.name
        return kind, name

    def _named(self, policy_key: str) -> Iterable[PolicyValues]:
        name = policy_key.rpartition("/")[2]
        return (policy for policy in self.policies if policy.name == name)


NO_VALUES = Values()


# --- Flags ---


def parse_set(items: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The variables of `--set`, and the items that say none, which Kyverno drops in silence."""
    chosen: dict[str, str] = {}
    dropped: list[str] = []
    for item in items:
        name, _, value = (part.strip() for part in item.strip().partition("="))
        if not name or not value or "=" in value or "request.object." in name or name in chosen:
            dropped.append(item)
        else:
            chosen[name] = value
    return chosen, dropped


# --- Files ---


def load_values(path: str, chosen: Mapping[str, str] | None = None) -> Values:
    """The values of the first document of a file. Raises `DocumentError` with all that is wrong."""
    has_header = True

    def read(value: Any, spot: str, wrong: list[str]) -> Values:
        nonlocal has_header
        has_header = isinstance(value, dict) and all(value.get(name) for name in ("apiVersion", "kind"))
        return read_values(value, spot, wrong, chosen=chosen)

    values: Values = load_strict(path, read)
    if not has_header:
        message = f"values file {path} uses a deprecated schema — please migrate to the latest format"
        raise DocumentError(Finding("deprecated-header", "error", message))
    return values


def read_values(value: Any, path: str, wrong: list[str], *, chosen: Mapping[str, str] | None = None) -> Values:
    """Values from plain data, with or without `apiVersion` and `kind`; what is wrong is added to the list."""
    found = VALUES(value, path, wrong)
    global_values = found.get("globalValues", {})
    operation = global_values.get(OPERATION)
    if isinstance(operation, str):
        message = wrong_operation(operation)
        wrong.extend([message] if message else [])
    labels = {one["name"]: one.get("labels", {}) for one in found.get("namespaceSelector", ()) if "name" in one}
    # spec 08 §5.1: whole namespaces win over selectors of the same name.
    labels.update(pair for pair in found.get("namespaces", ()) if pair[0])
    return Values(global_values, found.get("policies", ()), labels, found.get("subresources", ()), dict(chosen or {}))


def wrong_operation(operation: str) -> str:
    """What Kyverno says about an operation of global values that is none; empty if it is one."""
    if operation in ("", *OPERATIONS):
        return ""
    return f'invalid {OPERATION} value "{operation}", must be one of {", ".join(OPERATIONS)}'


# --- Readers ---


def _first_of(value: Any, path: str, wrong: list[str]) -> tuple[Any, ...]:
    """A list of the values that a variable takes; there must be a first one."""
    found: tuple[Any, ...] = tuple_of(raw)(value, path, wrong)
    if not found and isinstance(value, list):
        wrong.append(f"`{path}` must not be empty")
    return found or (None,)


def _rule(**found: Any) -> RuleValues:
    return RuleValues(found.get("name", ""), found.get("values", {}), found.get("foreachValues", {}))


def _metadata(value: Any, path: str, wrong: list[str]) -> dict[str, Any]:
    """Name and labels, which are all that is read of a Namespace."""
    given = ANY(value, path, wrong)
    readers = {"name": text, "labels": TEXTS}
    return {
        name: read(given[name], f"{path}.{name}", wrong)
        for name, read in readers.items()
        if given.get(name) is not None
    }


def _namespace(value: Any, path: str, wrong: list[str]) -> tuple[str, dict[str, str]]:
    """Name and labels of a whole Namespace."""
    metadata = NAMESPACE(value, path, wrong).get("metadata", {})
    return metadata.get("name", ""), metadata.get("labels", {})


def _subresource(value: Any, path: str, wrong: list[str]) -> SubresourceValues:
    found = SUBRESOURCE(value, path, wrong)
    sub, parent = found.get("subresource", {}), found.get("parentResource", {})
    name = sub.get("name", "").partition("/")[2]
    if not name:
        wrong.append(f"`{path}.subresource.name` must be a resource and its subresource, such as `pods/exec`")
    return SubresourceValues(_kind(sub), _kind(parent), name)


def _kind(resource: Mapping[str, Any]) -> tuple[str, str, str]:
    return resource.get("group", ""), resource.get("version", ""), resource.get("kind", "")


def _variables(read_value: Reader) -> Reader:
    """A reader of values by the dotted names of variables."""
    read_map = map_of(read_value)

    def read(value: Any, path: str, wrong: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = read_map(value, path, wrong)
        for name in found:
            try:
                split_key(name)
            except ExpressionError as error:  # noqa: PERF203  all that is wrong is said
                wrong.append(f"`{path}` has `{name}`, which names no variable: {error}")
        return found

    return read


ANY = map_of(raw)
VARIABLES = _variables(raw)
TEXTS = map_of(text)
HEADER: dict[str, Reader] = {"apiVersion": text, "kind": text}
NAMESPACE = fields({**HEADER, "metadata": _metadata, "spec": ANY, "status": ANY})
API_RESOURCE = fields(
    {
        **dict.fromkeys(("name", "singularName", "group", "version", "kind", "storageVersionHash"), text),
        **dict.fromkeys(("verbs", "shortNames", "categories"), texts),
        "namespaced": switch,
    }
)
SUBRESOURCE = fields({"subresource": API_RESOURCE, "parentResource": API_RESOURCE})
RESOURCE = fields({"name": text, "values": VARIABLES}, build=ResourceValues)
RULE = fields({"name": text, "values": VARIABLES, "foreachValues": _variables(_first_of)}, build=_rule)
POLICY = fields({"name": text, "resources": tuple_of(RESOURCE), "rules": tuple_of(RULE)}, build=PolicyValues)
VALUES = fields(
    {
        **HEADER,
        "metadata": raw,
        "globalValues": VARIABLES,
        "policies": tuple_of(POLICY),
        "namespaceSelector": tuple_of(fields({"name": text, "labels": TEXTS})),
        "namespaces": tuple_of(_namespace),
        "subresources": tuple_of(_subresource),
    },
    "a Values file",
)
