"""One question to the engine: the resources, who asks and with which operation (spec 03 §1.4, §1.5).

Parts of the resource that matching reads (its name, labels and so on) are worked out when they are first asked for.
Values of a wrong type count as absent here, because deciding must not fail over what a resource holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.kubernetes.kinds import gvk_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOBODY", "NO_LABELS", "UNKNOWN", "Request", "User", "namespace_of"]


class User:
    """Who sends a request: name, groups, and the roles that are bound to them."""

    __slots__ = ("cluster_roles", "groups", "is_known", "roles", "username")

    def __init__(self, user: Mapping[str, Any] | None = None) -> None:
        """Read the shape of a UserInfo file: `roles`, `clusterRoles` and `userInfo` with `username` and `groups`.

        The user's own fields may also stand at the top, as in an admission request.
        """
        user = user or {}
        about = user.get("userInfo") or {name: user[name] for name in USER_FIELDS if name in user}
        self.username: str = about.get("username") or ""
        self.groups: tuple[str, ...] = tuple(about.get("groups") or ())
        self.roles: tuple[str, ...] = tuple(user.get("roles") or ())
        self.cluster_roles: tuple[str, ...] = tuple(user.get("clusterRoles") or ())
        # Upstream: only nulls are unknown; an empty list of roles is known (spec 03 §3.3).
        roles = user.get("roles") is not None or user.get("clusterRoles") is not None
        self.is_known = roles or any(value not in (None, "") for value in about.values())


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


class Request:
    """What a rule is asked about. `subject` is the resource that is matched: the new one or, on DELETE, the old one."""

    __slots__ = ("_gvk", "admission", "namespace_labels", "new", "old", "operation", "subject", "subresource", "user")

    def __init__(
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
        self.subresource = subresource
        self.admission = admission  # the request as the API server sent it, if it did; rules read it as `request`
        self._gvk = gvk

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
        return _metadata(self.subject)

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels; none at all if one of them is not a text, as upstream."""
        return _texts(self.metadata.get("labels"))

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations; none at all if one of them is not a text, as upstream."""
        return _texts(self.metadata.get("annotations"))


def _metadata(resource: Mapping[str, Any]) -> dict[str, Any]:
    metadata = resource.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def namespace_of(resource: Mapping[str, Any]) -> str:
    """The namespace that a resource states; empty if it states none."""
    return text_of(_metadata(resource), "namespace")


def text_of(mapping: Mapping[str, Any], name: str) -> str:
    """A member that is a text; anything else counts as empty."""
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _texts(found: Any) -> Mapping[str, str]:
    if isinstance(found, dict) and all(isinstance(text, str) for pair in found.items() for text in pair):
        return found
    return NO_LABELS
