"""Kubernetes objects of other libraries as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["as_plain"]


def as_plain(resource: Any) -> dict[str, Any]:
    """The resource as a dict: any mapping, an object with `to_dict()`, or a model of the official client.

    The `to_dict()` of the official client renames fields to Python's spelling, so its models are read through their own
    `attribute_map`. Raises TypeError, which says how to convert, for everything else.
    """
    if isinstance(resource, dict):
        return resource
    if isinstance(resource, Mapping):
        return dict(resource)
    if isinstance(getattr(resource, "attribute_map", None), Mapping):
        plain: dict[str, Any] = _model(resource)
        return plain
    to_dict = getattr(resource, "to_dict", None)
    if callable(to_dict) and isinstance(found := to_dict(), Mapping):
        return dict(found)
    name = type(resource).__name__
    raise TypeError(f"a resource is a mapping or has `to_dict()`, but this is a `{name}`: convert it to a dict first")


def _model(value: Any) -> Any:
    """A model with its members under the names that the API has; members that are None are left out."""
    attributes = getattr(value, "attribute_map", None)
    if isinstance(attributes, Mapping):
        members = ((name, getattr(value, attribute)) for attribute, name in attributes.items())
        return {name: _model(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {key: _model(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_model(member) for member in value]
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
