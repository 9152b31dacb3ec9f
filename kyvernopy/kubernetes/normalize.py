"""Resources as the commands see them: namespaces filled in, no null where a map is meant, all numbers floats.

Kyverno's command line reads files this way (spec 08 §4.2), and its recorded results show it. Each resource of a run
comes through here, so the walk copies only what it changes and shares the rest with the input, which stays as it is:
a quarter of the time of a deep copy. Values are told apart by their exact type, as this is plain data and `True` no int.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.kubernetes.api_resources import is_cluster_scoped
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.source import Resource

if TYPE_CHECKING:
    from typing import Any

__all__ = ["normalize"]

DEFAULT_NAMESPACE = "default"

# Keys that mean a map at any depth.
MAPS = frozenset({"annotations", "labels", "matchLabels", "nodeSelector", "data", "stringData"})


def normalize(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with these changes; what does not change is shared, and a `Resource` keeps its source."""
    changed = _map(resource)
    metadata = changed.get("metadata")
    if _wants_namespace(changed, metadata):
        changed = {**changed, "metadata": {**(metadata or {}), "namespace": DEFAULT_NAMESPACE}}
    if isinstance(resource, Resource) and changed is not resource:
        return Resource(changed, resource.source)
    return changed


def _wants_namespace(resource: dict[str, Any], metadata: Any) -> bool:
    """Whether the kind has namespaces, which unknown kinds do, and the resource states none."""
    if metadata is not None and (not isinstance(metadata, dict) or metadata.get("namespace")):
        return False
    group, _, kind = gvk_of(resource)
    return not is_cluster_scoped(group, kind)


def _map(value: dict[str, Any]) -> dict[str, Any]:
    """The map, or a copy of it where something in it changes."""
    changed = None
    for key, item in value.items():
        kind = type(item)
        if kind is str or kind is bool:
            continue
        if kind is dict:
            new: Any = _map(item)
        elif kind is list:
            new = _list(item)
        elif kind is int:
            new = _float(item)
        else:
            new = {} if item is None and key in MAPS else item
        if new is not item:
            changed = dict(value) if changed is None else changed
            changed[key] = new
    return value if changed is None else changed


def _list(value: list[Any]) -> list[Any]:
    """The list, or a copy of it where something in it changes."""
    changed = None
    for index, item in enumerate(value):
        kind = type(item)
        if kind is str:
            continue
        if kind is dict:
            new: Any = _map(item)
        elif kind is list:
            new = _list(item)
        else:
            new = _float(item) if kind is int else item
        if new is not item:
            changed = list(value) if changed is None else changed
            changed[index] = new
    return value if changed is None else changed


def _float(number: int) -> float | int:
    """The number as a float; one that is too large for any float stays as it is."""
    try:
        return float(number)
    except OverflowError:
        return number
