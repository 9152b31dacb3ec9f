"""The configuration of Kyverno: its ConfigMap, as far as deciding reads it (spec 03 §10).

Resource filters and excluded users stand before all policies. Kyverno logs a value that it cannot read and goes on with
the default, so nothing here is an error: bad values and unknown keys become notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.match import always, any_of, never
from kyvernopy.engine.request import metadata_of, namespace_of, text_of
from kyvernopy.errors import Finding
from kyvernopy.golang.numbers import INT64_MAX
from kyvernopy.kubernetes.kinds import KindSelector, parse_kind
from kyvernopy.kubernetes.wildcards import compile_wildcard, matches
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kyvernopy.engine.match import GVK, Test
    from kyvernopy.engine.request import Request, User

__all__ = ["Configuration", "Exclusions", "KindFilter"]


# --- Resource filters ---


@dataclass(frozen=True, slots=True)
class KindFilter:
    """Resources that no policy is asked about: kinds, and wildcards for namespace and name."""

    kinds: KindSelector = field(default_factory=KindSelector)
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        kinds = self.kinds
        kind = "/".join(part for part in (kinds.group, kinds.version) if part not in ("", "*"))
        kind = "/".join(filter(None, (kind, kinds.kind, kinds.subresource)))
        return f"{kind},{self.namespace},{self.name}"

    def for_kind(self, gvk: GVK, subresource: str) -> Test:
        """What is left to be tested once the kind is known."""
        if not self.kinds.matches(gvk, subresource, ephemeral_containers=False):
            return never
        if self.namespace == self.name == "*":
            return always
        namespace, name = compile_wildcard(self.namespace), compile_wildcard(self.name)
        is_namespace = gvk == ("", "v1", "Namespace")

        def one(resource: Mapping[str, Any]) -> bool:
            called = text_of(metadata_of(resource), "name")  # one that will be generated does not count
            return (namespace(namespace_of(resource)) and name(called)) or (is_namespace and namespace(called))

        return lambda request: any(one(resource) for resource in (request.new, request.old) if resource is not None)


def parse_filters(text: str) -> tuple[KindFilter, ...]:
    """The filters of `[kind,namespace,name][...]`; parts are not trimmed, and text outside of brackets is passed over.

    Upstream: an entry with more than three parts repeats the filter before it.
    """
    filters: list[KindFilter] = []
    for entry in re.findall(r"\[([^\[\]]*)\]", text):
        match entry.split(","):
            case [kind, *rest] if len(rest) <= 2:  # noqa: PLR2004  namespace and name
                filters.append(KindFilter(parse_kind(kind), *rest) if kind else KindFilter())
            case _:
                filters.append(filters[-1] if filters else KindFilter())
    return tuple(filters)


# --- Excluded users ---


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Wildcards for names that are excluded, and for those that are not although they would be (`!name`)."""

    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Exclusions:
        """The names of a comma-separated list."""
        names = [part.strip() for part in text.split(",")]
        included = [name[1:].strip() for name in names if name.startswith("!")]
        excluded = [name for name in names if not name.startswith("!")]
        return cls(tuple(filter(None, excluded)), tuple(filter(None, included)))


NOBODY = Exclusions()


def _any_matches(patterns: Iterable[str], names: Iterable[str]) -> bool:
    return any(matches(pattern, name) for pattern in patterns for name in names)


# --- The whole ---


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the ConfigMap says; `notes` has what of it could not be read. `context_size` is None where it says nothing."""

    resource_filters: tuple[KindFilter, ...] = ()
    usernames: Exclusions = NOBODY
    groups: Exclusions = NOBODY
    roles: Exclusions = NOBODY
    cluster_roles: Exclusions = NOBODY
    default_registry: str = "docker.io"
    registry_mutation: bool = True
    context_size: int | None = None
    notes: tuple[Finding, ...] = field(default=(), compare=False)

    @classmethod
    def from_data(cls, document: Mapping[str, Any]) -> Configuration:
        """The configuration of a ConfigMap, or of its `data` alone."""
        whole = document.get("kind") == "ConfigMap"
        data = (document.get("data") if whole else document) or {}
        fields: dict[str, Any] = {}
        notes: list[Finding] = []
        for key, value in data.items() if hasattr(data, "items") else ():
            place = Place(path=f"data.{key}" if whole else str(key))
            if key in READERS:
                name, read, expected = READERS[key]
                try:
                    fields[name] = read(_as_text(value))
                except ValueError:
                    message = f"expected {expected}, found `{value}`"
                    notes.append(Finding("wrong-value", "note", message, place, "Kyverno goes on with its default"))
            elif key not in OTHER_KEYS:
                notes.append(_unknown_key(str(key), place))
        return cls(**fields, notes=tuple(notes))

    def filters(self, request: Request) -> bool:
        """Whether no policy is asked about a request, as some resource in it is filtered."""
        return self.for_kind(request.gvk, request.subresource)(request)

    def for_kind(self, gvk: GVK, subresource: str) -> Test:
        """The test of `filters` for one kind; `never` where no filter is for it."""
        return any_of([one.for_kind(gvk, subresource) for one in self.resource_filters])

    def reason(self, request: Request) -> str:
        """Why no policy is asked about a request that the configuration leaves alone."""
        for one in self.resource_filters:
            if one.for_kind(request.gvk, request.subresource)(request):
                return f"the configuration leaves the resource alone: resourceFilters has [{one}]"
        return f"the configuration leaves the user alone: {request.user.username}"

    def leaves_alone(self, request: Request) -> bool:
        """Whether no policy is asked about a request at all (spec 03 §3.1, §3.2)."""
        return self.filters(request) or self.excludes(request.user, request.admission is not None)

    def excludes(self, user: User, admission: bool) -> bool:  # noqa: FBT001  the other half of the question
        """Whether rules are not for a user: one who is excluded, in an admission request, and by nothing included."""
        if not admission:
            return False
        named = (
            (self.usernames, (user.username,)),
            (self.groups, user.groups),
            (self.roles, user.roles),
            (self.cluster_roles, user.cluster_roles),
        )
        if any(_any_matches(one.included, names) for one, names in named):
            return False
        return any(_any_matches(one.excluded, names) for one, names in named)


# --- Values ---

# Keys that say nothing about decisions: webhooks, events, requests to the background controller.
OTHER_KEYS = frozenset(
    {
        *("generateSuccessEvents", "successEventActions", "webhooks", "webhookAnnotations", "webhookLabels"),
        *("matchConditions", "updateRequestThreshold"),
    }
)

TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})

LABEL = r"[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}"
REGISTRY = re.compile(rf"{LABEL}(\.{LABEL})*[._]?(/[^\s]*)?")


def _as_text(value: Any) -> str:
    """A value of a ConfigMap, which is a text; Python's own booleans and numbers are taken as well."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise ValueError(value)


def parse_flag(text: str) -> bool:
    """A boolean in one of Go's spellings."""
    if text not in TRUE | FALSE:
        raise ValueError(text)
    return text in TRUE


def parse_registry(text: str) -> str:
    """The name of a host, perhaps with a path."""
    if not REGISTRY.fullmatch(text):
        raise ValueError(text)
    return text


def parse_size(text: str) -> int:
    """A quantity of bytes, rounded up."""
    from kyvernopy.kubernetes.quantities import NANO, parse_quantity  # noqa: PLC0415  rarely set

    nanos = parse_quantity(text)
    if nanos is None or nanos < 0:
        raise ValueError(text)
    return INT64_MAX if nanos > INT64_MAX * NANO else -int(-nanos // NANO)


def _unknown_key(key: str, place: Place) -> Finding:
    from kyvernopy.policies.reading import near_miss  # noqa: PLC0415  only a mistake needs it

    return Finding(
        "unknown-field", "note", f"unknown key `{key}`", place, near_miss(key, (*READERS, *OTHER_KEYS)) or "remove it"
    )


# By key: the field, how its text is read, and what the text is.
READERS: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "resourceFilters": ("resource_filters", parse_filters, "a text"),
    "excludeUsernames": ("usernames", Exclusions.parse, "a text"),
    "excludeGroups": ("groups", Exclusions.parse, "a text"),
    "excludeRoles": ("roles", Exclusions.parse, "a text"),
    "excludeClusterRoles": ("cluster_roles", Exclusions.parse, "a text"),
    "defaultRegistry": ("default_registry", parse_registry, "the name of a host"),
    "enableDefaultRegistryMutation": ("registry_mutation", parse_flag, "a boolean"),
    "maxContextSize": ("context_size", parse_size, "a quantity"),
}
