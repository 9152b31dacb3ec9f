"""Admission reviews: the requests that an API server sends to webhooks, as requests to the engine (spec 03 §1.5).

A review says everything itself: the objects, the operation, who sends it and, for a subresource, whose it is. As in
Kyverno, kind and namespace of the objects are those of the request, since what is sent to a subresource (`pods/exec`)
knows neither; rules are matched with the kind that the subresource belongs to. A review of another shape is a
`DocumentError` that names the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.request import OPERATIONS, Request, User
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.kubernetes.api_resources import RESOURCES
from kyvernopy.source import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["is_review", "request_from_review"]

# The object that each operation is about.
SUBJECTS = {"CREATE": "object", "UPDATE": "object", "CONNECT": "object", "DELETE": "oldObject"}


def is_review(document: Mapping[str, Any]) -> bool:
    """Whether a document is an admission review, of any version."""
    version = document.get("apiVersion")
    return (
        document.get("kind") == "AdmissionReview"
        and isinstance(version, str)
        and version.startswith("admission.k8s.io/")
    )


def request_from_review(
    review: Mapping[str, Any],
    *,
    roles: Sequence[str] | None = None,
    cluster_roles: Sequence[str] | None = None,
    namespace_labels: Mapping[str, str] | None = None,
) -> Request:
    """The request of an admission review. Raises `DocumentError`.

    `roles` and `cluster_roles` are those that bindings give to the user, which a review does not say.
    """
    sent = _checked(review)
    operation: str = sent["operation"]
    new, old = _object(sent, "object"), _object(sent, "oldObject")
    who = User({"userInfo": sent.get("userInfo"), "roles": roles, "clusterRoles": cluster_roles})
    subresource = sent.get("subResource") or ""
    if operation == "DELETE":
        new = None
    return Request(new, old, operation, who, namespace_labels, _top_level(sent), subresource, sent)


def _object(sent: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object of the request with the kind and namespace of the request; null if it has none."""
    found: dict[str, Any] | None = sent.get(name)
    if found is None:
        return None
    group, version, kind = _kind(sent)
    api_version = f"{group}/{version}" if group else version
    if found.get("kind") != kind or found.get("apiVersion") != api_version:
        found = {**found, "apiVersion": api_version, "kind": kind}
    namespace = sent.get("namespace")
    metadata = found.get("metadata") or {}
    # Upstream: the namespace of a request for a Namespace is its own name.
    if namespace and kind != "Namespace" and isinstance(metadata, dict) and metadata.get("namespace") != namespace:
        found = {**found, "metadata": {**metadata, "namespace": namespace}}
    return found


def _kind(sent: Mapping[str, Any]) -> tuple[str, str, str]:
    kind = sent["kind"]
    return kind.get("group") or "", kind.get("version") or "", kind["kind"]


def _top_level(sent: Mapping[str, Any]) -> tuple[str, str, str]:
    """Group, version and kind of the resource, or of the one that the subresource belongs to.

    Where the resource is none of the built-in ones, its subresource has its kind, as a status has.
    """
    if not sent.get("subResource"):
        return _kind(sent)
    resource = sent.get("resource") or {}
    group, plural = resource.get("group") or "", resource.get("resource")
    kind = next((one.kind for one in RESOURCES if one.group == group and one.plural == plural), None)
    return (group, resource.get("version") or "", kind) if kind else _kind(sent)


# --- Checks ---


def _checked(review: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request, in which every field that is read has its type."""
    sent = review.get("request") if isinstance(review, dict) else None
    if not isinstance(sent, dict):
        raise _error("request", "an admission review has a map `request`")
    for path, is_right, expected in FIELDS:
        value = _at(sent, path)
        if value is not None and not is_right(value):
            raise _error(f"request.{path}", f"expected {expected}")
    if not _at(sent, "kind.kind"):
        raise _error("request.kind.kind", "the kind is missing")
    operation = sent.get("operation")
    if operation not in SUBJECTS:
        raise _error("request.operation", f"expected one of {', '.join(OPERATIONS)}")
    if sent.get(SUBJECTS[operation]) is None:
        raise _error(f"request.{SUBJECTS[operation]}", f"the operation {operation} needs an object here")
    return sent


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _error(path: str, message: str) -> DocumentError:
    place = Place("", path=path) if path else NOWHERE
    return DocumentError(Finding("not-a-review", "error", message, place, "write it as the API server sends it"))


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


# Maps before what is in them.
FIELDS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("object", _is_map, "a map"),
    ("oldObject", _is_map, "a map"),
    ("kind", _is_map, "a map"),
    ("kind.group", _is_text, "a string"),
    ("kind.version", _is_text, "a string"),
    ("kind.kind", _is_text, "a string"),
    ("resource", _is_map, "a map"),
    ("resource.group", _is_text, "a string"),
    ("resource.version", _is_text, "a string"),
    ("resource.resource", _is_text, "a string"),
    ("operation", _is_text, "a string"),
    ("subResource", _is_text, "a string"),
    ("namespace", _is_text, "a string"),
    ("name", _is_text, "a string"),
    ("userInfo", _is_map, "a map"),
    ("userInfo.username", _is_text, "a string"),
    ("userInfo.groups", _is_texts, "a list of strings"),
)
