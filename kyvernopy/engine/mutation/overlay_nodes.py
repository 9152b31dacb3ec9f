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

__all__ = ["ExtendedList", "ListNode", "MapNode", "NewMap", "Node", "Plain", "Scalar", "Test", "parse_node"]

Test: TypeAlias = "tuple[str, Check, bool]"  # a name, its condition, and whether that is global

# So many outcomes of the add-if-absent anchors of one map are kept.
MOST_RESOLVED = 16


class Scalar:
    """A scalar; a text that looks like a condition counts as an anchor of every kind (upstream)."""

    __slots__ = ("anchored", "check", "has_global", "inert", "raw")

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.anchored: bool = isinstance(raw, str) and is_condition_text(raw)
        self.has_global: bool = self.anchored
        self.inert: bool = True
        self.check: Check | None = None

    @property
    def is_clean(self) -> bool:
        """Whether it is no anchor."""
        return not self.anchored

    def stripped(self) -> Any:
        """The scalar itself: only the anchor above it can make it go."""
        return self.raw


class MapNode:
    """A map: its members, and those of them with an anchor or with something below to be walked."""

    __slots__ = (
        *("additions", "anchored", "below", "check", "conditions", "has_global", "inert", "is_simple", "members"),
        *("_is_clean", "_resolved", "_stripped", "_tests"),
    )

    def __init__(self, members: dict[str, Node]) -> None:
        anchors = [(key.text, key.name, key.anchor) for key in map(parse_key, members)]
        self.members = members
        self.additions = [(text, name) for text, name, anchor in anchors if anchor is Anchor.ADD_IF_ABSENT]
        # spec 04 §3.2: global conditions come first
        self.conditions = [
            (name, text, anchor is Anchor.GLOBAL)
            for wanted in (Anchor.GLOBAL, Anchor.CONDITION)
            for text, name, anchor in anchors
            if anchor is wanted
        ]
        plain = [text for text, _, anchor in anchors if anchor not in CONDITIONS and anchor is not Anchor.ADD_IF_ABSENT]
        self.below = [(text, members[text]) for text in plain if not members[text].inert]
        nodes = members.values()
        self.anchored: bool = bool(self.additions or self.conditions) or any(node.anchored for node in nodes)
        self.has_global: bool = any(is_global for _, _, is_global in self.conditions) or any(
            one.has_global for one in nodes
        )
        self.inert: bool = not (self.additions or self.conditions or self.below)
        # A walk cannot change it, only say whether its conditions hold.
        self.is_simple = not (
            self.additions or self.below or any(_has_additions(members[one[1]]) for one in self.conditions)
        )
        self.check: Check | None = None
        self._resolved: dict[tuple[bool, ...], MapNode] = {}
        self._stripped: Any = None
        self._is_clean: bool | None = None
        self._tests: list[Test] | None = None

    @property
    def raw(self) -> dict[str, Any]:
        """The map as JSON."""
        return {text: member.raw for text, member in self.members.items()}

    def tests(self) -> list[Test] | None:
        """Its conditions, once all are compiled."""
        if self._tests is None:
            checks = [(name, self.members[text].check, is_global) for name, text, is_global in self.conditions]
            tests = [(name, check, is_global) for name, check, is_global in checks if check is not None]
            self._tests = tests if len(tests) == len(checks) else None
        return self._tests

    def resolve(self, resource: Any) -> MapNode:
        """The map without add-if-absent anchors: such a member goes where the resource has the key, else it is plain."""
        present = tuple([isinstance(resource, dict) and name in resource for _, name in self.additions])
        found = self._resolved.get(present)
        if found is None:
            found = self._with_additions(present)
            if len(self._resolved) < MOST_RESOLVED:
                self._resolved[present] = found
        return found

    def _with_additions(self, present: tuple[bool, ...]) -> MapNode:
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
            self._stripped = strip(self.raw) if self.conditions else left_of(self.members) or GONE
        return self._stripped

    @property
    def is_clean(self) -> bool:
        """Whether what is left holds no anchor and nothing more to remove."""
        if self._is_clean is None:
            self._is_clean = _are_clean(self.stripped())
        return self._is_clean


def _are_clean(left: Any) -> bool:
    """Whether what is left of a node holds no anchor and nothing more to remove."""
    return left is GONE or not (has_anchor(left) or strip(left) != left)


def _has_additions(node: Node) -> bool:
    return isinstance(node, MapNode) and bool(node.additions)


def left_of(members: dict[str, Node]) -> dict[str, Any]:
    """What is left of the members of a map without conditions."""
    return {text: left for text, node in members.items() if (left := node.stripped()) is not GONE}


class NewMap:
    """A map in which a walk has changed something below; to be walked again it becomes a whole node."""

    __slots__ = ("_base", "_changed", "_node")
    anchored = has_global = inert = False
    check: Check | None = None

    def __init__(self, base: MapNode, changed: dict[str, Node]) -> None:
        self._base, self._changed = base, changed
        self._node: MapNode | None = None

    @property
    def members(self) -> dict[str, Node]:
        """All members, as the walk left them."""
        return {**self._base.members, **self._changed}

    def node(self) -> MapNode:
        """The same as a whole node."""
        if self._node is None:
            self._node = MapNode(self.members)
        return self._node

    @property
    def raw(self) -> dict[str, Any]:
        """The map as JSON."""
        return self.node().raw

    def stripped(self) -> Any:
        """What is left of the map for the merge, or GONE."""
        return self.node().stripped() if self._base.conditions else left_of(self.members) or GONE

    @property
    def is_clean(self) -> bool:
        """Whether what is left certainly holds no anchor and nothing more to remove."""
        return not self._base.conditions and all(node.is_clean for node in self.members.values())


class ListNode:
    """A list; one of maps pairs its anchored elements with the elements of the resource."""

    __slots__ = ("_is_clean", "_kept", "_stripped", "anchored", "check", "has_global", "inert", "items")

    def __init__(self, items: list[Node]) -> None:
        self.items = items
        self.inert: bool = not (items and isinstance(items[0], (MapNode, Plain)))
        self.anchored: bool = any(item.anchored for item in items)
        self.has_global: bool = any(item.has_global for item in items)
        self.check: Check | None = None
        self._is_clean: bool | None = None
        self._kept: list[Any] | None = None
        self._stripped: Any = None

    @property
    def raw(self) -> list[Any]:
        """The list as JSON."""
        return [item.raw for item in self.items]

    def stripped(self) -> Any:
        """What is left of the list for the merge, or GONE."""
        if self._stripped is None:
            self._stripped = keep_positions(map(_element, self.items), len(self.items))
        return self._stripped

    @property
    def is_clean(self) -> bool:
        """Whether what is left holds no anchor and nothing more to remove."""
        if self._is_clean is None:
            self._is_clean = _are_clean(self.stripped())
        return self._is_clean

    def kept(self) -> list[Any] | None:
        """What stays of its elements before others, or None where more than one goes (see `keep_positions`)."""
        if self._kept is None:
            elements = [*map(_element, self.items)]
            self._kept = [left for goes, left in elements if not goes]
        # The first deletion hits the element that it means, the next ones need not.
        return self._kept if len(self._kept) >= len(self.items) - 1 else None

    def stripped_with(self, made: list[dict[str, Any]]) -> Any:
        """What is left with one or more elements behind its own that have no anchors."""
        kept = self.kept()
        if kept is not None:
            return [*kept, *made]
        elements = [*map(_element, self.items), *((False, element) for element in made)]
        return keep_positions(elements, len(elements))


def _element(item: Node) -> tuple[bool, Any]:
    """Whether an element goes, and what it is if it stays: an anchored one is as it was written."""
    return (True, item.raw) if item.anchored else element_left(item.stripped(), item.raw)


class ExtendedList:
    """A list with elements that were made of its anchored ones; to be walked again it becomes a whole node."""

    __slots__ = ("_base", "_made")
    anchored = has_global = inert = False
    check: Check | None = None

    def __init__(self, base: ListNode, made: list[dict[str, Any]]) -> None:
        self._base, self._made = base, made

    def node(self) -> ListNode:
        """The same as a whole node."""
        return ListNode([*self._base.items, *map(Plain, self._made)])

    @property
    def raw(self) -> list[Any]:
        """The list as JSON."""
        return [*self._base.raw, *self._made]

    @property
    def is_clean(self) -> bool:
        """Whether what is left certainly holds no anchor and nothing more to remove."""
        kept = self._base.kept()
        return kept is not None and (not kept or _are_clean(kept))

    def stripped(self) -> Any:
        """What is left of the list for the merge."""
        return self._base.stripped_with(self._made)


class Plain:
    """An element that was made of an anchored one and has no anchor."""

    __slots__ = ("raw",)
    anchored = has_global = False
    inert = is_clean = True
    check: Check | None = None

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def stripped(self) -> Any:
        """The element itself."""
        return self.raw


Node: TypeAlias = "Scalar | MapNode | NewMap | ListNode | ExtendedList | Plain"


def parse_node(raw: Any) -> Node:
    """The tree of a part of an overlay; the members of maps are in order (spec 04 §3)."""
    if isinstance(raw, dict):
        return MapNode({text: parse_node(raw[text]) for text in sorted(raw)})
    if isinstance(raw, list):
        return ListNode([parse_node(item) for item in raw])
    return Scalar(raw)
