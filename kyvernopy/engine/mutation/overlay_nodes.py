"""The tree of an overlay, with everything decided that does not depend on a resource (spec 04 §3.1, §3.2).

Keys are read, conditions compiled, and each node knows whether walking it can do anything at all. A walk resolves
anchors by making new nodes for what changes and keeps all others, so that what a constant part leaves for the merge
(`stripped`) is worked out once, whatever the number of resources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.engine.mutation.stripping import (
    CONDITIONS,
    GONE,
    element_left,
    has_anchor,
    is_condition_text,
    keep_positions,
    strip,
)
from kyvernopy.patterns.anchors import Anchor, parse_key

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.overlay_conditions import Check

__all__ = ["ListNode", "MapNode", "Node", "Scalar", "parse_node"]

# So many outcomes of the add-if-absent anchors of one map are kept.
MOST_RESOLVED = 16


class Scalar:
    """A scalar; a text that looks like a condition counts as an anchor of every kind (upstream)."""

    __slots__ = ("anchored", "check", "has_global", "raw")
    inert = True

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.anchored = self.has_global = isinstance(raw, str) and is_condition_text(raw)
        self.check: Check | None = None

    def stripped(self) -> Any:
        return self.raw


class MapNode:
    """A map: its members, and those of them with an anchor or with something below to be walked."""

    __slots__ = (
        *("additions", "anchored", "below", "check", "conditions", "has_global", "inert", "members", "resolved"),
        *("_clean", "_stripped"),
    )

    def __init__(self, members: dict[str, Node]) -> None:
        keys = [parse_key(text) for text in members]
        anchors = [(key.text, key.name, key.anchor) for key in keys]
        self.members = members
        self.additions = [(text, name) for text, name, anchor in anchors if anchor is Anchor.ADD_IF_ABSENT]
        # §3.2: global conditions come first
        self.conditions = [
            (text, name, anchor is Anchor.GLOBAL)
            for wanted in (Anchor.GLOBAL, Anchor.CONDITION)
            for text, name, anchor in anchors
            if anchor is wanted
        ]
        self.below = [
            (text, members[text])
            for text, _, anchor in anchors
            if anchor not in CONDITIONS and anchor is not Anchor.ADD_IF_ABSENT and not members[text].inert
        ]
        self.anchored = bool(self.additions or self.conditions) or any(one.anchored for one in members.values())
        self.has_global = any(one.has_global for one in members.values()) or any(one[2] for one in self.conditions)
        self.inert = not (self.additions or self.conditions or self.below)
        self.check: Check | None = None
        self.resolved: dict[tuple[bool, ...], MapNode] = {}
        self._stripped: Any = None
        self._clean: bool | None = None

    @property
    def raw(self) -> dict[str, Any]:
        return {text: member.raw for text, member in self.members.items()}

    def exchanged(self, changed: dict[str, Node]) -> MapNode:
        """The same map with other nodes under the same keys."""
        made = MapNode.__new__(MapNode)
        made.members = {**self.members, **changed}
        made.additions, made.conditions = self.additions, self.conditions
        made.below = [(text, changed.get(text, member)) for text, member in self.below]
        made.anchored, made.has_global, made.inert = self.anchored, self.has_global, False
        made.check, made.resolved = None, {}
        made._stripped = made._clean = None  # noqa: SLF001  of its own class
        return made

    def resolve(self, resource: Any) -> MapNode:
        """The map without add-if-absent anchors: such a member goes where the resource has the key, else it is plain."""
        present = tuple(isinstance(resource, dict) and name in resource for _, name in self.additions)
        found = self.resolved.get(present)
        if found is None:
            found = self._resolved(present)
            if len(self.resolved) < MOST_RESOLVED:
                self.resolved[present] = found
        return found

    def _resolved(self, present: tuple[bool, ...]) -> MapNode:
        members = self.members
        for (text, name), is_present in zip(self.additions, present, strict=True):
            if is_present:
                members = {key: node for key, node in members.items() if key != text}
            else:  # it keeps its place, and a plain member of that name gives way
                members = {name if key == text else key: node for key, node in members.items() if key != name}
        return MapNode(members)

    def stripped(self) -> Any:
        """What is left of the map for the merge, or GONE."""
        if self._stripped is None:
            self._stripped = strip(self.raw) if self.conditions else self._strip_members()
        return self._stripped

    def _strip_members(self) -> Any:
        left = {text: value for text, node in self.members.items() if (value := node.stripped()) is not GONE}
        return left or GONE

    @property
    def is_clean(self) -> bool:
        """Whether what is left holds no anchor and nothing more to remove."""
        if self._clean is None:
            left = self.stripped()
            self._clean = left is GONE or not (has_anchor(left) or strip(left) != left)
        return self._clean


class ListNode:
    """A list; one of maps pairs its anchored elements with the elements of the resource."""

    __slots__ = ("_stripped", "anchored", "check", "has_global", "inert", "items")

    def __init__(self, items: list[Node]) -> None:
        self.items = items
        self.inert = not (items and isinstance(items[0], (MapNode, Plain)))
        self.anchored = any(item.anchored for item in items)
        self.has_global = any(item.has_global for item in items)
        self.check: Check | None = None
        self._stripped: Any = None

    @property
    def raw(self) -> list[Any]:
        return [item.raw for item in self.items]

    def stripped(self) -> Any:
        """What is left of the list for the merge, or GONE."""
        if self._stripped is None:
            self._stripped = keep_positions([_element(item) for item in self.items])
        return self._stripped


def _element(item: Node) -> tuple[bool, Any]:
    """Whether an element goes, and what it is if it stays: an anchored one is as it was written."""
    if item.anchored:
        return True, item.raw
    left = item.stripped()
    return (False, left) if left is not GONE else element_left(left, item.raw)


class Plain:
    """An element that was made of an anchored one, without any anchor."""

    __slots__ = ("raw",)
    anchored = has_global = False
    inert = True
    check: Check | None = None

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def stripped(self) -> Any:
        return self.raw


Node: TypeAlias = "Scalar | MapNode | ListNode | Plain"


def parse_node(raw: Any) -> Node:
    """The tree of a part of an overlay; the members of maps are in order (spec 04 §3)."""
    if isinstance(raw, dict):
        return MapNode({text: parse_node(raw[text]) for text in sorted(raw)})
    if isinstance(raw, list):
        return ListNode([parse_node(item) for item in raw])
    return Scalar(raw)
