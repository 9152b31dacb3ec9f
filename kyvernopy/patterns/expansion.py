"""Wildcard keys in labels and annotations (spec 01 §5).

Before a map is matched, the wildcard keys that its pattern has under `metadata` give way to keys of the resource.
Upstream edits the pattern in place, so that what one element of a list was matched with, the next one finds expanded
already; `Evaluation.expanded` keeps that for the length of one match, and the tree itself never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.kubernetes.wildcards import has_wildcard, matches
from kyvernopy.patterns.anchors import format_key, parse_key
from kyvernopy.patterns.nodes import MapNode, Text
from kyvernopy.patterns.parse import key_node, map_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kyvernopy.patterns.anchors import Key
    from kyvernopy.patterns.nodes import KeyNode, Node

__all__ = ["Expansions"]

MOST_KEPT = 256  # expansions remembered per pattern


class Expansions:
    """Expands the maps of one pattern, and remembers what it made: resources of one kind tend to have the same labels."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[MapNode, MapNode]] = {}

    def expand(self, node: MapNode, resource: Mapping[str, Any]) -> MapNode:
        """The map with the labels and annotations of its metadata expanded; the same node if nothing is to be done."""
        metadata, found = _entry(node.keys, "metadata"), resource.get("metadata")
        if metadata is None or not isinstance(metadata.child, MapNode) or not isinstance(found, dict):
            return node
        tags = [tag for name in ("labels", "annotations") if (tag := _expanded_tag(metadata.child, name, found))]
        if not tags:
            return node
        # The node is kept beside its expansion, so that no other node can get its id.
        known = (id(node), tuple((entry.key.text, tuple(keys)) for entry, keys in tags))
        if known not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[known] = (node, _with_child(node, metadata, _with_tags(metadata.child, tags)))
        return self._known[known][1]


def _expanded_tag(metadata: MapNode, name: str, found: Mapping[str, Any]) -> tuple[KeyNode, dict[str, Node]] | None:
    """The entry of the pattern for labels or annotations, with what its keys become; None if it stays as it is."""
    entry = _entry(metadata.keys, name)
    actual = next((found[key] for key in sorted(_texts(found)) if parse_key(key).name == name), None)
    if entry is None or not isinstance(entry.child, MapNode) or not isinstance(actual, dict):
        return None
    names = sorted(key for key in _texts(actual) if isinstance(actual[key], str))
    # Upstream: entries whose value is no string vanish, with or without wildcards.
    texts = sorted((node for node in entry.child.keys if isinstance(node.child, Text)), key=lambda node: node.key.text)
    keys: dict[str, Node] = {_expanded_key(node.key, names): node.child for node in texts}
    return None if keys.keys() == {node.key.text for node in entry.child.keys} else (entry, keys)


def _expanded_key(key: Key, names: Iterable[str]) -> str:
    """The first name of the resource that matches a wildcard key, with the modifier kept."""
    if not has_wildcard(key.text):
        return key.text
    return next((format_key(key.anchor, name) for name in names if matches(key.name, name)), key.text)


def _entry(keys: Iterable[KeyNode], name: str) -> KeyNode | None:
    """The key, plain or anchored, that stands for a name; of several, the first by its text."""
    return min((node for node in keys if node.key.name == name), key=lambda node: node.key.text, default=None)


def _texts(mapping: Mapping[Any, Any]) -> list[str]:
    return [key for key in mapping if isinstance(key, str)]


def _with_tags(metadata: MapNode, tags: Iterable[tuple[KeyNode, dict[str, Node]]]) -> MapNode:
    for entry, keys in tags:
        raw = {key: child.raw for key, child in keys.items()}
        metadata = _with_child(metadata, entry, map_node(raw, [key_node(parse_key(key), keys[key]) for key in keys]))
    return metadata


def _with_child(node: MapNode, replaced: KeyNode, child: MapNode) -> MapNode:
    """The map with one child exchanged; all its other children stay the same nodes."""
    keys = [key_node(entry.key, child) if entry is replaced else entry for entry in node.keys]
    return map_node({**node.raw, replaced.key.text: child.raw}, keys)
