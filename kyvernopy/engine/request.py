"""One question to the engine: the resources, who asks and with which operation (spec 03 §1.4, §1.5).

Parts of the resource that matching reads (its name, labels and so on) are worked out when they are first asked for.
Values of a wrong type count as absent here, because deciding must not fail over what a resource holds.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import DocumentError, ExpressionError, Finding
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.variables.context import Context, service_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kyvernopy.jmespath.dialect import Dialect

__all__ = ["NOBODY", "NO_LABELS", "OPERATIONS", "UNKNOWN", "Request", "User", "metadata_of", "namespace_of", "text_of"]

OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT")


class User:
    """Who sends a request: name, groups, and the roles that are bound to them."""

    __slots__ = ("about", "cluster_roles", "groups", "is_known", "roles", "username")

    def __init__(self, user: Mapping[str, Any] | None = None) -> None:
        """Read the shape of a UserInfo file: `roles`, `clusterRoles` and `userInfo` with `username` and `groups`.

        The user's own fields may also stand at the top, as in an admission request.
        """
        user = user or {}
        about = user.get("userInfo") or {name: user[name] for name in USER_FIELDS if name in user}
        if not isinstance(about, dict) or not isinstance(about.get("username") or "", str):
            raise TypeError("`userInfo` is a map with `username`, a text, and `groups`, a list of texts")
        self.about: Mapping[str, Any] = about
        self.username: str = about.get("username") or ""
        self.groups = _listed(about, "groups")
        self.roles = _listed(user, "roles")
        self.cluster_roles = _listed(user, "clusterRoles")
        # Upstream: only nulls are unknown; an empty list of roles is known (spec 03 §3.3).
        roles = user.get("roles") is not None or user.get("clusterRoles") is not None
        self.is_known = roles or any(value not in (None, "") for value in about.values())


def _listed(user: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; a single text would be taken for its letters."""
    value = user.get(name) or ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise TypeError(f"`{name}` of a user is a list of texts, not {value!r}")
    return tuple(value)


USER_FIELDS = ("username", "uid", "groups", "extra")

# The user as which an old object is judged once more (spec 03 §5.6): one whom no filter means.
NOBODY = User(
    {
        "roles": ["kyverno:invalidrole"],
        "clusterRoles": ["kyverno:invalidrole"],
        "userInfo": {"username": "kyverno:kyverno-invalid-controller", "groups": ["kyverno:invalidgroup"]},
    }
)
UNKNOWN = User()
NO_LABELS: dict[str, str] = {}
NO_VALUES: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType({})


class Request:
    """What a rule is asked about. `subject` is the resource that is matched: the new one or, on DELETE, the old one."""

    __slots__ = (
        "_facts",
        "_gvk",
        "admission",
        "namespace_labels",
        "new",
        "old",
        "operation",
        "pictured",
        "rule_values",
        "subject",
        "subresource",
        "user",
    )

    def __init__(  # noqa: PLR0913, PLR0917  a request has that many parts
        self,
        new: dict[str, Any] | None,
        old: dict[str, Any] | None = None,
        operation: str = "CREATE",
        user: User = UNKNOWN,
        namespace_labels: Mapping[str, str] | None = None,
        gvk: tuple[str, str, str] | None = None,
        subresource: str = "",
        admission: Mapping[str, Any] | None = None,
    ) -> None:
        self.new = new
        self.old = old
        self.operation = operation
        self.user = user
        self.namespace_labels = namespace_labels or NO_LABELS
        self.subject: dict[str, Any] = new if new is not None else old or {}
        self.pictured = self.subject  # whose images rules look at
        self.subresource = subresource
        self.admission = admission  # the request as the API server sent it, if it did; rules read it as `request`
        self.rule_values = NO_VALUES
        self._gvk = gvk
        self._facts: dict[str, Any] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What rules can read of the request, by the names at the top of the context; made when first read."""
        facts = self._facts
        if facts is None:
            facts = self._facts = self._collect_facts()
        return facts

    def _collect_facts(self) -> dict[str, Any]:
        """The layout of spec 02 §4.3; what does not exist has no key, except in a request of an API server."""
        request: dict[str, Any] = dict(self.admission) if self.admission is not None else {}
        request.setdefault("namespace", self.namespace)
        request["operation"] = self.operation
        objects = (("object", self.new), ("oldObject", self.old))
        request.update({name: resource for name, resource in objects if resource is not None})
        facts: dict[str, Any] = {"request": request}
        user = self.user
        for name, roles in (("roles", user.roles), ("clusterRoles", user.cluster_roles)):
            if roles:  # Upstream: an empty list is left out
                request[name] = list(roles)
            else:
                request.pop(name, None)
        if user.about:
            request["userInfo"] = {name: value for name, value in user.about.items() if value not in (None, "", [], {})}
            facts.update(service_account(user.username))
        return facts

    def load_images(self, context: Context) -> None:
        """Put the images of the resource into a context (spec 02 §5.4)."""
        from kyvernopy.images.extract import extract_images, image_variables  # noqa: PLC0415  few rules look
        from kyvernopy.kubernetes.image_references import parse_image  # noqa: PLC0415  as above

        dialect = context.dialect
        parse = partial(parse_image, default_registry=dialect.default_registry, mutate=dialect.registry_mutation)
        images = extract_images(self.pictured, parse=parse)
        if images:
            context.replace_entry("images", image_variables(images))

    def with_variables(self, variables: Mapping[str, Any], dialect: Dialect) -> Request:
        """The request with variables added by their dotted names; they may change the resource itself (spec 02 §8.1).

        Raises `DocumentError` for what names no variable, and where something else takes the place of the resource.
        """
        context = Context(dialect, dict(self.facts), operation=self.operation)
        for name, value in variables.items():
            try:
                context.add_variable(name, value)
            except ExpressionError as error:  # noqa: PERF203  names are few
                raise _wrong_variable(f"`{name}` names no variable: {error}") from None
        facts = context.data
        request = facts["request"]
        if not isinstance(request, dict):
            raise _wrong_variable("the variables leave no map at `request`")
        new, old = request.get("object"), request.get("oldObject")
        for name, there, value in (("object", self.new, new), ("oldObject", self.old, old)):
            if there is not None and not (value is None or isinstance(value, dict)):
                raise _wrong_variable(f"the variables leave no resource at `request.{name}`")
        return self._copy(new if self.new is not None else None, old if self.old is not None else None, facts)

    def with_resource(self, resource: dict[str, Any]) -> Request:
        """The request about a resource that was changed. Upstream: its images stay those that it had before."""
        facts = self._facts
        if facts is not None:
            facts = {**facts, "request": {**facts["request"], "object": resource}}
        new, old = (resource, self.old) if self.new is not None else (None, resource)
        changed = self._copy(new, old, facts)
        changed.pictured = self.pictured
        return changed

    def restarted(self, resource: Any) -> Request:
        """The request about a changed resource, for the next policy, which sees its images as well."""
        changed = self.with_resource(resource)
        changed.pictured = changed.subject
        return changed

    def _copy(self, new: dict[str, Any] | None, old: dict[str, Any] | None, facts: dict[str, Any] | None) -> Request:
        circumstances = (self.operation, self.user, self.namespace_labels, self._gvk, self.subresource, self.admission)
        other = Request(new, old, *circumstances)
        other.rule_values = self.rule_values
        other._facts = facts
        return other

    @property
    def kind_key(self) -> tuple[Any, ...]:
        """What tells the kinds of requests apart, at the least cost."""
        if self._gvk is not None:
            return (*self._gvk, self.subresource)
        return self.subject.get("apiVersion"), self.subject.get("kind"), self.subresource

    @property
    def gvk(self) -> tuple[str, str, str]:
        """Group, version and kind that are asked about; the resource's own unless the request says otherwise."""
        if self._gvk is None:
            self._gvk = gvk_of(self.subject)
        return self._gvk

    @property
    def is_update(self) -> bool:
        """Whether there is something that the resource was before (spec 03 §1.5)."""
        return self.operation == "UPDATE" or (self.new is not None and self.old is not None)

    def is_within(self, namespace: str) -> bool:
        """Whether all resources of the request are in a namespace."""
        there = [resource for resource in (self.new, self.old) if resource is not None]
        return all(namespace_of(resource) == namespace for resource in there)

    @property
    def kind(self) -> str:
        """The kind that the resource itself states."""
        return text_of(self.subject, "kind")

    @property
    def name(self) -> str:
        """The name, or the name that one will be generated from."""
        metadata = self.metadata
        return text_of(metadata, "name") or text_of(metadata, "generateName")

    @property
    def namespace(self) -> str:
        """The namespace of the resource; empty for cluster-scoped ones."""
        return namespace_of(self.subject)

    @property
    def matched_namespace(self) -> str:
        """What `namespaces` are compared with: a Namespace goes by its own name, though not by a generated one."""
        return text_of(self.metadata, "name" if self.kind == "Namespace" else "namespace")

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the resource."""
        return metadata_of(self.subject)

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels; none at all if one of them is not a text, as upstream."""
        return _texts(self.metadata.get("labels"))

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations; none at all if one of them is not a text, as upstream."""
        return _texts(self.metadata.get("annotations"))


def metadata_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a resource; empty if it states none."""
    metadata = resource.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _wrong_variable(message: str) -> DocumentError:
    return DocumentError(Finding("wrong-value", "error", message, help="correct the variables or the values file"))


def namespace_of(resource: Mapping[str, Any]) -> str:
    """The namespace that a resource states; empty if it states none."""
    return text_of(metadata_of(resource), "namespace")


def text_of(mapping: Mapping[str, Any], name: str) -> str:
    """A member that is a text; anything else counts as empty."""
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _texts(found: Any) -> Mapping[str, str]:
    if isinstance(found, dict) and all(isinstance(text, str) for pair in found.items() for text in pair):
        return found
    return NO_LABELS
