"""The walk over overlay and resource that settles the anchors (spec 04 §3.2).

Upstream the walk edits a copy of the overlay, and for later elements of a list it finds what it did for earlier ones.
Here it returns the node that it leaves behind, and the same node where it leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.overlay_conditions import Check
from kyvernopy.engine.mutation.overlay_nodes import ExtendedList, ListNode, MapNode, NewMap, parse_node
from kyvernopy.engine.mutation.stripping import GONE, is_condition_text
from kyvernopy.kubernetes.merge_values import ABSENT, wrong_kind

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.overlay_nodes import Node, Test
    from kyvernopy.kubernetes.merge_values import Work
    from kyvernopy.limits import Limits

__all__ = ["Walk"]

# How a walk can end early.
CONDITION, GLOBAL = "condition", "global"


class Walk:
    """One walk over overlay and resource; `failed` says which kind of condition ended it, if one did."""

    __slots__ = ("failed", "limits", "work")

    def __init__(self, limits: Limits, work: Work) -> None:
        self.limits, self.work = limits, work
        self.failed = ""

    def node(self, node: Node, resource: Any) -> Node:
        """What the node is after this part of the resource, which may be absent."""
        if isinstance(node, (NewMap, ExtendedList)):
            node = node.node()
        if isinstance(node, MapNode):
            return self.map(node, resource)
        return self.elements(node, resource) if isinstance(node, ListNode) and not node.inert else node

    # --- Maps ---

    def map(self, node: MapNode, resource: Any) -> Node:
        """Additions, then global conditions, then conditions, then everything below."""
        members = resource if isinstance(resource, dict) else {}
        if node.additions:
            node = node.resolve(members)
        if node.conditions:
            node = self.conditions(node, members)
            if self.failed:
                return node
        changed: dict[str, Node] = {}
        for key, below in node.below:
            value = members.get(key, ABSENT)
            new = self.map(below, value) if below.__class__ is MapNode else self.node(below, value)
            if new is not below:
                changed[key] = new
            if self.failed:
                break
        return NewMap(node, changed) if changed else node

    def conditions(self, node: MapNode, members: dict[str, Any]) -> MapNode:
        """Whether the conditions of a map hold; a missing key satisfies none."""
        for name, text, is_global in node.conditions:
            condition, value = node.members[text], members.get(name, ABSENT)
            if value is not ABSENT and isinstance(condition, MapNode) and condition.additions:
                # Upstream: a condition that adds something is not compared.
                node = MapNode({**node.members, text: condition.resolve(value)})
            elif value is ABSENT or not self.holds(condition, value):
                self.failed = GLOBAL if is_global else CONDITION
                return node
        return node

    def holds(self, condition: Node, value: Any) -> bool:
        """Whether a value of the resource satisfies a condition."""
        check = condition.check
        if check is None:
            check = condition.check = Check(condition.raw, self.limits, self.work)
        return check.holds(value, self.limits, self.work)

    # --- Lists of maps ---

    def elements(self, node: ListNode, resource: Any) -> Node:
        """Hold each anchored element against every element of the resource; what this makes is appended."""
        if resource is ABSENT:
            items: list[Any] = [ABSENT]
        elif resource is None:
            items = []
        elif isinstance(resource, list):
            items = resource
        else:
            raise wrong_kind("SequenceNode", resource)
        self.work.spend(len(node.items))
        made = Made()
        for element in node.items:
            if element.anchored:
                self.element(element, items, made)
                if self.failed:
                    break
        return made.behind(node)

    def element(self, element: Node, items: list[Any], made: Made) -> None:
        """Make what the element says for each item that it applies to; one with a global anchor is a mere gate.

        Upstream: what is resolved for one item stays resolved for the next ones.
        """
        self.work.spend(len(items))
        tests = element.tests() if isinstance(element, MapNode) and element.is_simple else None
        if tests is None:
            passed, failed = self.any_element(element, items, made)
        else:
            passed, failed = self.simple_element(element, tests, items, made)
        if failed and not passed:
            self.failed = GLOBAL

    def any_element(self, element: Node, items: list[Any], made: Made) -> tuple[bool, bool]:
        """Whether the element applies to some item, and whether a global condition fails for some item."""
        working, passed, failed = element, False, False
        for item in items:
            working = self.node(working, item)
            if self.failed:
                failed = failed or self.failed == GLOBAL
                self.failed = ""
                continue
            passed = True
            name = item.get("name") if isinstance(item, dict) and not element.has_global else None
            if name is not None:
                made.add(made.template(working, name), name)
        return passed, failed

    def simple_element(self, element: Node, tests: list[Test], items: list[Any], made: Made) -> tuple[bool, bool]:
        """The same for an element that no walk changes, as nearly every one is: all that counts are its conditions."""
        passed = failed = False
        template: dict[str, Any] | None = None
        is_gate = element.has_global
        for item in items:
            members = item if isinstance(item, dict) else {}
            for name, check, is_global in tests:
                value = members.get(name, ABSENT)
                if check.is_any and value.__class__ is str:
                    continue
                if value is ABSENT or not check.holds(value, self.limits, self.work):
                    failed = failed or is_global
                    break
            else:
                passed = True
                of_item = None if is_gate else members.get("name")
                if of_item is not None:
                    if template is None:
                        template = made.template(element, of_item)
                    made.add(template, of_item)
        return passed, failed


class Made:
    """The elements that were made of the anchored elements of one list."""

    __slots__ = ("_elements", "_is_odd")

    def __init__(self) -> None:
        self._elements: list[dict[str, Any]] = []
        self._is_odd = False  # whether there may be an anchor in them

    def template(self, node: Node, name: Any) -> dict[str, Any] | None:
        """What a node says for an item of this name, if it says anything."""
        if isinstance(name, (dict, list)):
            return None
        left = node.stripped()
        if left is GONE:
            return None
        if not isinstance(node, (MapNode, NewMap)):
            raise wrong_kind("MappingNode", left)
        self._is_odd = self._is_odd or not node.is_clean
        found: dict[str, Any] = left
        return found

    def add(self, template: dict[str, Any] | None, name: Any) -> None:
        """Add it under the name of an item; an item without a name is left alone."""
        if template is None or isinstance(name, (dict, list)):
            return
        if name.__class__ is str and ")" in name and is_condition_text(name):
            self._is_odd = True
        self._elements.append({**template, "name": name})

    def behind(self, node: ListNode) -> Node:
        """The list with these elements at its end."""
        if not self._elements:
            return node
        if self._is_odd:
            return ListNode([*node.items, *map(parse_node, self._elements)])
        return ExtendedList(node, self._elements)
