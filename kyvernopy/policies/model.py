"""The classic policies, `ClusterPolicy` and `Policy`, as frozen data: every field, also those not evaluated yet.

Attributes are the field names of the document in Python's spelling. What is JSON to the language (patterns, keys and
values of conditions, patches) stays JSON; blocks that no rule of this version evaluates stay plain data under
canonical names. An absent list is an empty tuple and an absent text is empty, except where Kyverno itself tells absent
from empty: there absent is None (spec 03 §1.2). Blocks in which nothing is set are None as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kyvernopy.policies import shapes
from kyvernopy.policies.fields import (
    Node,
    block,
    declared,
    flag,
    items_of,
    many,
    number,
    one,
    plain,
    raw,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import dataclass as node  # which is what a type checker shall see

    from kyvernopy.policies.reading import Json, Reading, Spot
    from kyvernopy.source import Source
else:
    from kyvernopy.policies.fields import node

__all__ = [
    "Condition",
    "Conditions",
    "ContextEntry",
    "Deny",
    "ForEach",
    "Generate",
    "MatchBlock",
    "Mutate",
    "MutateForEach",
    "Override",
    "Policy",
    "ResourceDescription",
    "ResourceFilter",
    "Rule",
    "Spec",
    "Subject",
    "Target",
    "Validate",
    "WebhookConfiguration",
]

# --- Conditions and context ---


@node(frozen=True)
class Condition(Node):
    """One test; key and value may hold variables at any depth."""

    key: Json = raw()
    operator: str = declared(shapes.OPERATOR, "")
    value: Json = raw()
    message: str = text()


@node(frozen=True)
class Conditions(Node):
    """Tests of which one, and tests of which all must hold; an empty `any` is not an absent one (spec 03 §4.2)."""

    any: tuple[Condition, ...] | None = many(Condition, None)
    all: tuple[Condition, ...] | None = many(Condition, None)


def read_conditions(value: Json, spot: Spot, reading: Reading) -> Conditions | tuple[Condition, ...] | None:
    """Conditions in either form; the schema says nothing about them (spec 03 §1.1)."""
    legacy = isinstance(value, list | tuple)
    if not (legacy or isinstance(value, dict)) or (legacy and reading.strict and reading.v2beta1):
        reading.wrong(spot, "a map with `any` or `all`", value)
        return None
    read = items_of(Condition.SHAPE.read, tuple) if legacy else Conditions.SHAPE.read
    found: Conditions | tuple[Condition, ...] = read(value, spot, reading.unchecked())
    return found


@node(frozen=True)
class ContextEntry(Node):
    """A name and where its value comes from, which is exactly one of the sources."""

    name: str = text()
    config_map: Mapping[str, Any] | None = plain(shapes.CONFIG_MAP)
    api_call: Mapping[str, Any] | None = plain(shapes.API_CALL)
    image_registry: Mapping[str, Any] | None = plain(shapes.IMAGE_REGISTRY)
    variable: Mapping[str, Any] | None = plain(shapes.VARIABLE)
    global_reference: Mapping[str, Any] | None = plain(shapes.GLOBAL_REFERENCE)

    @property
    def source(self) -> tuple[str, Mapping[str, Any] | None]:
        """The kind of the source that is there, as it is spelled in policies, and what it states; or nothing."""
        kinds = ("configMap", "apiCall", "imageRegistry", "variable", "globalReference")
        sources = (self.config_map, self.api_call, self.image_registry, self.variable, self.global_reference)
        return next((pair for pair in zip(kinds, sources, strict=True) if pair[1] is not None), ("", None))


# --- Match and exclude ---


@node(frozen=True)
class Subject(Node):
    """A user, a group or a service account."""

    kind: str = text()
    api_group: str = text()
    name: str = text()
    namespace: str = text()


@node(frozen=True)
class ResourceDescription(Node):
    """What a resource must be like; `annotations` and the selectors are None if absent."""

    kinds: tuple[str, ...] = many(shapes.TEXT)
    name: str = text(v1_only=True)
    names: tuple[str, ...] = many(shapes.TEXT)
    namespaces: tuple[str, ...] = many(shapes.TEXT)
    annotations: Mapping[str, str] | None = declared(shapes.TEXT_MAP)
    selector: Mapping[str, Any] | None = plain(shapes.SELECTOR)
    namespace_selector: Mapping[str, Any] | None = plain(shapes.SELECTOR)
    operations: tuple[str, ...] = many(shapes.OPERATION)

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for; an empty selector asks for something (spec 03 §1.2)."""
        if self.selector is not None or self.namespace_selector is not None:
            return False
        return not (self.kinds or self.name or self.names or self.namespaces or self.annotations or self.operations)


@node(frozen=True)
class ResourceFilter(Node):
    """A description of resources and of who sends the request."""

    resources: ResourceDescription = one(ResourceDescription, ResourceDescription())
    roles: tuple[str, ...] | None = many(shapes.TEXT, None)
    cluster_roles: tuple[str, ...] | None = many(shapes.TEXT, None)
    subjects: tuple[Subject, ...] | None = many(Subject, None)


@node(frozen=True)
class MatchBlock(Node):
    """Filters of which any or all must hold, or a single filter written directly (`legacy`)."""

    any: tuple[ResourceFilter, ...] = many(ResourceFilter)
    all: tuple[ResourceFilter, ...] = many(ResourceFilter)
    resources: ResourceDescription = one(ResourceDescription, ResourceDescription(), v1_only=True)
    roles: tuple[str, ...] | None = many(shapes.TEXT, None, v1_only=True)
    cluster_roles: tuple[str, ...] | None = many(shapes.TEXT, None, v1_only=True)
    subjects: tuple[Subject, ...] | None = many(Subject, None, v1_only=True)

    @property
    def legacy(self) -> ResourceFilter:
        """The fields that stand beside `any` and `all`."""
        return ResourceFilter(
            resources=self.resources,
            roles=self.roles,
            cluster_roles=self.cluster_roles,
            subjects=self.subjects,
        )

    @property
    def is_empty(self) -> bool:
        """No filter, an empty description, and no user fields, not even empty ones (spec 03 §1.2)."""
        users = (self.roles, self.cluster_roles, self.subjects)
        return not self.any and not self.all and self.resources.is_empty and users == (None, None, None)

    @property
    def filters(self) -> tuple[ResourceFilter, ...]:
        """The legacy filter and those of `any` and `all`."""
        return (self.legacy, *self.any, *self.all)


# --- Actions ---


@node(frozen=True)
class Override(Node):
    """Another failure action for some namespaces; `namespaces` that are empty match none, None matches all."""

    action: str = declared(shapes.ACTION, "")
    namespaces: tuple[str, ...] | None = many(shapes.TEXT, None)
    namespace_selector: Mapping[str, Any] | None = plain(shapes.SELECTOR)


@node(frozen=True)
class Deny(Node):
    """Conditions under which a resource fails; without any it always does."""

    conditions: Conditions | tuple[Condition, ...] | None = declared(read_conditions)


def read_nested_foreach(value: Json, spot: Spot, reading: Reading) -> tuple[ForEach, ...]:
    """Loops within a loop of validate, which the schema does not describe."""
    found: tuple[ForEach, ...] = items_of(ForEach.SHAPE.read, tuple)(value, spot, reading.unchecked())
    return found


@node(frozen=True)
class ForEach(Node):
    """A loop of a validate rule over what the query `list` gives."""

    list: str = text()
    element_scope: bool | None = flag()
    context: tuple[ContextEntry, ...] = many(ContextEntry)
    preconditions: Conditions | None = one(Conditions)
    pattern: Json = raw()
    any_pattern: Json = raw()
    deny: Deny | None = one(Deny)
    foreach: tuple[ForEach, ...] = declared(read_nested_foreach, ())


@node(frozen=True)
class Validate(Node):
    """What a resource is checked against."""

    failure_action: str | None = declared(shapes.ACTION)
    failure_action_overrides: tuple[Override, ...] | None = many(Override, None)
    allow_existing_violations: bool | None = flag(schema_default=True, v1_only=True)
    message: str = text()
    pattern: Json = raw()
    any_pattern: Json = raw()
    deny: Deny | None = one(Deny)
    foreach: tuple[ForEach, ...] | None = many(ForEach, None)
    pod_security: Mapping[str, Any] | None = plain(shapes.POD_SECURITY)
    cel: Mapping[str, Any] | None = plain(shapes.CEL)
    manifests: Mapping[str, Any] | None = plain(shapes.MANIFESTS)
    assertion: Json = raw(name="assert")


@node(frozen=True)
class Target(Node):
    """Existing resources that a mutate rule changes."""

    api_version: str = text()
    kind: str = text()
    namespace: str = text()
    name: str = text()
    uid: str = text()
    selector: Mapping[str, Any] | None = plain(shapes.SELECTOR)
    context: tuple[ContextEntry, ...] = many(ContextEntry)
    preconditions: Conditions | tuple[Condition, ...] | None = declared(read_conditions)


def read_nested_mutate_foreach(value: Json, spot: Spot, reading: Reading) -> tuple[MutateForEach, ...]:
    """Loops within a loop of mutate, which the schema does not describe."""
    found: tuple[MutateForEach, ...] = items_of(MutateForEach.SHAPE.read, tuple)(value, spot, reading.unchecked())
    return found


@node(frozen=True)
class MutateForEach(Node):
    """A loop of a mutate rule over what the query `list` gives."""

    list: str = text()
    order: str | None = declared(shapes.ORDER)
    context: tuple[ContextEntry, ...] = many(ContextEntry)
    preconditions: Conditions | None = one(Conditions)
    patch_strategic_merge: Json = raw()
    patches_json6902: str = text()
    foreach: tuple[MutateForEach, ...] = declared(read_nested_mutate_foreach, ())


@node(frozen=True)
class Mutate(Node):
    """How a resource is changed; with `targets`, even none, existing resources are changed instead."""

    mutate_existing_on_policy_update: bool | None = flag()
    targets: tuple[Target, ...] | None = many(Target, None)
    patch_strategic_merge: Json = raw()
    patches_json6902: str = text()
    foreach: tuple[MutateForEach, ...] | None = many(MutateForEach, None)


@node(frozen=True)
class Generate(Node):
    """What resource is made, from `data` or as a copy."""

    generate_existing: bool | None = flag()
    synchronize: bool = flag(default=False)
    orphan_downstream_on_policy_delete: bool = flag(default=False)
    api_version: str = text()
    kind: str = text()
    namespace: str = text()
    name: str = text()
    uid: str = text()
    data: Json = raw()
    clone: Mapping[str, Any] | None = block(shapes.CLONE)
    clone_list: Mapping[str, Any] | None = block(shapes.CLONE_LIST)
    foreach: tuple[Mapping[str, Any], ...] | None = many(shapes.GENERATE_FOREACH.read, None)


# --- Rules and policies ---


@node(frozen=True)
class Rule(Node):
    """One rule: which resources, under which conditions, and one action."""

    name: str = text()
    context: tuple[ContextEntry, ...] = many(ContextEntry)
    report_properties: Mapping[str, str] | None = declared(shapes.TEXT_MAP)
    match: MatchBlock = one(MatchBlock, MatchBlock())
    exclude: MatchBlock | None = block(MatchBlock.SHAPE)
    image_extractors: Mapping[str, Any] | None = declared(shapes.IMAGE_EXTRACTORS)
    preconditions: Conditions | tuple[Condition, ...] | None = declared(read_conditions)
    cel_preconditions: tuple[Mapping[str, Any], ...] = many(shapes.MATCH_CONDITION.read)
    mutate: Mutate | None = block(Mutate.SHAPE)
    validate: Validate | None = block(Validate.SHAPE)
    generate: Generate | None = block(Generate.SHAPE)
    verify_images: tuple[Mapping[str, Any], ...] = many(shapes.VERIFY_IMAGES.read)
    skip_background_requests: bool | None = flag(schema_default=True)

    @property
    def mutates_existing(self) -> bool:
        """The rule changes existing resources, not the one in question (spec 03 §1.2)."""
        return self.mutate is not None and self.mutate.targets is not None


@node(frozen=True)
class WebhookConfiguration(Node):
    """How the API server calls Kyverno for a policy."""

    failure_policy: str = declared(shapes.FAILURE_POLICY, "")
    timeout_seconds: int | None = number()
    match_conditions: tuple[Mapping[str, Any], ...] = many(shapes.MATCH_CONDITION.read)


@node(frozen=True)
class Spec(Node):
    """The rules of a policy and what holds for all of them."""

    rules: tuple[Rule, ...] = many(Rule)
    apply_rules: str = declared(shapes.APPLY_RULES, "")
    failure_policy: str = declared(shapes.FAILURE_POLICY, "")
    validation_failure_action: str = declared(shapes.ACTION, "", schema_default="Audit")
    validation_failure_action_overrides: tuple[Override, ...] = many(Override)
    emit_warning: bool | None = flag(schema_default=False)
    admission: bool | None = flag(schema_default=True)
    background: bool | None = flag(schema_default=True)
    schema_validation: bool | None = flag()
    webhook_timeout_seconds: int | None = number()
    mutate_existing_on_policy_update: bool = flag(default=False)
    generate_existing_on_policy_update: bool | None = flag()
    generate_existing: bool = flag(default=False)
    use_server_side_apply: bool = flag(default=False)
    webhook_configuration: WebhookConfiguration | None = one(WebhookConfiguration)

    @property
    def fails_closed(self) -> bool:
        """The effective failure policy is `Fail` (spec 03 §1.2, accessors)."""
        webhook = self.webhook_configuration
        return ((webhook and webhook.failure_policy) or self.failure_policy or "Fail") == "Fail"

    @property
    def effective_timeout_seconds(self) -> int | None:
        """The timeout of the webhook, from the field for it or from its old place."""
        webhook = self.webhook_configuration
        return (
            self.webhook_timeout_seconds
            if webhook is None or webhook.timeout_seconds is None
            else webhook.timeout_seconds
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A `ClusterPolicy`, or a `Policy` of one namespace; `source` says where it was read and does not count for equality."""

    name: str
    spec: Spec
    kind: str = "ClusterPolicy"
    namespace: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    api_version: str = "kyverno.io/v1"
    status: Json = field(default=None, hash=False)
    source: Source | None = field(default=None, compare=False)

    @property
    def is_namespaced(self) -> bool:
        """A `Policy`, which judges resources of its namespace only."""
        return self.kind == "Policy"

    @property
    def confined_to(self) -> str:
        """The namespace whose resources alone the policy judges; empty for a cluster-wide one (spec 03 §1.2)."""
        return (self.namespace or "default") if self.is_namespaced else ""

    @property
    def key(self) -> str:
        """The name, with the namespace before it if the policy is namespaced (spec 03 §1.2)."""
        return f"{self.confined_to}/{self.name}" if self.is_namespaced else self.name

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, under canonical names, without what is absent."""
        about = {"name": self.name, "namespace": self.namespace, "annotations": self.annotations, "labels": self.labels}
        metadata: dict[str, Any] = {name: value for name, value in about.items() if value}
        document = {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": metadata,
            "spec": self.spec.to_dict(),
        }
        return document if self.status is None else {**document, "status": self.status}
