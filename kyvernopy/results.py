"""The words of every answer: outcomes and statuses, what a rule said, and why.

A `RuleResult` is four references; its message is made when somebody reads it, because most results of most runs are
passes that nobody reads. Before a result leaves the process or outlives its resource, `settle` makes the message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from kyvernopy.explanations import Explanation
from kyvernopy.source import NOWHERE, Place, Resource, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Outcome", "PolicyRef", "ResourceRef", "RuleInfo", "RuleResult", "Status"]


class Outcome(str, Enum):
    """What matching one pattern comes to (specification of patterns, §7)."""

    PASS = "pass"  # noqa: S105  a word of the field, no password
    FAIL = "fail"
    SKIP = "skip"
    ERROR = "error"

    # A plain `class X(str, Enum)` prints `X.PASS`, and what `format` gives depends on the Python version.
    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]  # typeshed types it as a method of Enum


class Status(str, Enum):
    """What a rule says about a resource."""

    PASS = "pass"  # noqa: S105  a word of the field, no password
    FAIL = "fail"
    WARN = "warn"
    ERROR = "error"
    SKIP = "skip"

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]  # as above


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """What a result carries of its policy. `key` is `name`, or `namespace/name` for a namespaced policy."""

    key: str
    kind: str = "ClusterPolicy"
    annotations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    source: Source | None = None
    background: bool = True
    admission: bool = True
    emit_warning: bool = False
    fails_closed: bool = True

    @property
    def name(self) -> str:
        """The name without the namespace."""
        return self.key.rpartition("/")[2]

    def __reduce__(self) -> tuple[Any, ...]:
        values = (self.key, self.kind, dict(self.annotations), self.source)
        return PolicyRef, (*values, self.background, self.admission, self.emit_warning, self.fails_closed)


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What all results of one rule share. `action` is its failure action here: `Enforce` or `Audit`.

    `enforced` says whether admission asks this rule before it answers. The two agree except where overrides name
    namespaces and a selector together: Kyverno reads them with "or" for the one and with "and" for the other.
    `policy_action` is the action of the policy as a whole, where one is asked for (the specification of policies,
    §8.1); it is empty for kinds of policies that have none.
    """

    policy: PolicyRef
    rule: str
    type: str = "Validation"
    action: str = "Audit"
    enforced: bool = False
    policy_action: str = "Audit"


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """The identity of a Kubernetes object; `namespace` is empty for cluster-scoped ones.

    `place` says where it was read. It is no part of the identity: equal references may come from several files.
    """

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> ResourceRef:
        """The identity of a resource; parts of a wrong type count as empty."""
        metadata = resource.get("metadata")
        parts = [resource.get("apiVersion"), resource.get("kind")]
        parts += [metadata.get(name) if isinstance(metadata, dict) else None for name in ("namespace", "name", "uid")]
        api_version, kind, namespace, name, uid = (part if isinstance(part, str) else "" for part in parts)
        # The place and not the source, which may hold the whole text that a resource was read from.
        source = resource.source if isinstance(resource, Resource) else None
        place = Place(source.name, source.line) if source else NOWHERE
        return cls(api_version, kind, namespace, name, uid, place)

    def __str__(self) -> str:
        return "/".join(part for part in (self.namespace, self.kind, self.name) if part)


class Asked(Protocol):
    """What a rule was asked: it knows the resource."""

    subject: dict[str, Any]


class CanExplain(Protocol):
    """A rule that can say why it decided as it did."""

    def explain(self, request: Any) -> Explanation:
        """The explanation for what was asked."""


NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


class RuleResult:
    """What one rule says about one resource. Read-only; equal when all that it says is equal."""

    # Most results have no properties and no exceptions: such slots stay unset, which costs the construction nothing.
    __slots__ = ("_exceptions", "_info", "_message", "_properties", "_rule", "_status", "_subject")

    _properties: Mapping[str, str]
    _exceptions: tuple[str, ...]

    def __init__(
        self,
        info: RuleInfo,
        status: Status,
        message: str | Callable[[], str],
        subject: Mapping[str, Any] | ResourceRef | Asked,
        rule: CanExplain | None = None,
    ) -> None:
        """Only the engine hands over its rule, and then what was asked in place of the resource."""
        self._info = info
        self._status = status
        self._message = message
        self._subject = subject
        self._rule = rule

    @property
    def info(self) -> RuleInfo:
        """What this result shares with the other results of its rule."""
        return self._info

    @property
    def policy(self) -> str:
        """The key of the policy."""
        return self._info.policy.key

    @property
    def rule(self) -> str:
        """The name of the rule; rules made for pod controllers begin with `autogen-`."""
        return self._info.rule

    @property
    def status(self) -> Status:
        """One of pass, fail, warn, error and skip."""
        return self._status

    @property
    def message(self) -> str:
        """The text that Kyverno gives; made when read."""
        message = self._message
        if not isinstance(message, str):
            message = self._message = message()
        return message

    @property
    def subject(self) -> Mapping[str, Any] | ResourceRef:
        """The resource that was judged, or its identity once the result is settled."""
        subject: Any = self._subject
        found: Mapping[str, Any] | ResourceRef = subject if self._rule is None else subject.subject
        return found

    @property
    def resource(self) -> ResourceRef:
        """The identity of the resource that was judged."""
        subject = self.subject
        return subject if isinstance(subject, ResourceRef) else ResourceRef.of(subject)

    @property
    def properties(self) -> Mapping[str, str]:
        """What the rule adds to its entry in a report (`reportProperties` and the like); usually empty."""
        return getattr(self, "_properties", NO_PROPERTIES)

    def with_properties(self, properties: Mapping[str, str]) -> RuleResult:
        """The same result with these properties."""
        return self._copy(properties=dict(properties))

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The exceptions that the rule was passed over for, as `namespace/name`; usually none."""
        return getattr(self, "_exceptions", ())

    def with_exceptions(self, exceptions: Sequence[str]) -> RuleResult:
        """The same result with these exceptions."""
        return self._copy(exceptions=tuple(exceptions))

    def _copy(
        self, properties: Mapping[str, str] | None = None, exceptions: tuple[str, ...] | None = None
    ) -> RuleResult:
        result = RuleResult(self._info, self._status, self._message, self._subject, self._rule)
        properties = self.properties if properties is None else properties
        exceptions = self.exceptions if exceptions is None else exceptions
        if properties:
            result._properties = properties
        if exceptions:
            result._exceptions = exceptions
        return result

    def explain(self) -> Explanation:
        """Why the rule says this; made anew each time.

        A result that was settled, as those of reports and of other processes are, no longer has its resource: it can
        only repeat its message, and `PolicySet.explain(resource)` says more.
        """
        if self._rule is not None:
            return self._rule.explain(self._subject)
        help = "the result has let go of its resource; ask policies.explain(resource)"  # noqa: A001  as in `Finding`
        children = (Explanation("", title=help),)
        return Explanation(self._status, "", self.message, None, None, children, f"{self.policy}/{self.rule}")

    def settle(self, shared: ResourceRef | None = None) -> RuleResult:
        """Make the message and let go of the resource; returns this result.

        Results of one resource share one reference to it where the caller hands on that of the result before.
        """
        resource = self.resource
        if shared is not None and shared == resource and shared.place == resource.place:
            resource = shared
        self._message, self._subject, self._rule = self.message, resource, None
        return self

    def to_dict(self) -> dict[str, str]:
        """The result as flat plain data."""
        resource = self.resource
        return {
            "policy": self.policy,
            "rule": self.rule,
            "status": str(self._status),
            "message": self.message,
            "kind": resource.kind,
            "namespace": resource.namespace,
            "name": resource.name,
        }

    def _key(self) -> tuple[Any, ...]:
        more = frozenset(self.properties.items()), self.exceptions
        return self._info, self._status, self.message, self.resource, *more

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleResult) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        more = {"_properties": dict(self.properties), "_exceptions": self.exceptions}
        given = {name: value for name, value in more.items() if value}
        return RuleResult, (self._info, self._status, self.message, self.resource), (None, given) if given else None

    def __repr__(self) -> str:
        return f"<RuleResult {self.policy}/{self.rule} {self._status} {self.resource}>"
