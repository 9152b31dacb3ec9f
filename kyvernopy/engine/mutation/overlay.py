"""Strategic merge with anchors: an overlay that is prepared once and applied to any number of resources (spec 04 §3).

Two steps, as in Kyverno: a walk over overlay and resource settles the anchors, which leaves a plain patch, and
`kubernetes.strategic_merge` merges that. Upstream the first step edits a copy of the overlay, and later elements of a
list see what was done for earlier ones; here a walk returns the node that it leaves behind, and the same node where it
leaves no trace, so that constant parts cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.overlay_conditions import Check
from kyvernopy.engine.mutation.overlay_nodes import ExtendedList, ListNode, MapNode, NewMap, Scalar, parse_node
from kyvernopy.engine.mutation.stripping import GONE, is_condition_text
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.merge_values import ABSENT, Work, as_float, measure, scalar_text, wrong_kind
from kyvernopy.kubernetes.objects import as_plain
from kyvernopy.kubernetes.strategic_merge import Merger
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.overlay_nodes import Node, Test
    from kyvernopy.limits import Limits

__all__ = ["Overlay", "compile_overlay", "strategic_merge"]

EXACT = 2**53  # integers up to here are doubles as well

# How a walk can end early.
CONDITION, GLOBAL = "condition", "global"


def strategic_merge(resource: Any, overlay: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The resource with the overlay merged in, anchors included, as the `patchStrategicMerge` of a mutate rule.

    The same object if nothing changes; neither argument is modified. Raises `PatchError` where the overlay does not fit
    the resource, `PolicyError` for data that JSON does not have, and `LimitExceeded`.
    """
    from kyvernopy.variables.substitute import plain  # noqa: PLC0415  rules are plain data already

    return compile_overlay(plain(overlay, limits), limits).apply(as_plain(resource))


def compile_overlay(overlay: Any, limits: Limits = DEFAULT_LIMITS) -> Overlay:
    """Prepare an overlay of plain data. Raises LimitExceeded, and PolicyError for conditions that are no patterns."""
    measure(overlay, limits)
    return Overlay(_rounded(overlay), limits)


def _rounded(value: Any) -> Any:
    """The overlay with integers as doubles hold them (spec 04 §3.4.6)."""
    if isinstance(value, dict):
        return {name: _rounded(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_rounded(element) for element in value]
    if isinstance(value, int) and not -EXACT <= value <= EXACT:
        number = as_float(value)
        # The shortest digits, and from 1e21 on an exponent: as JSON writes a double.
        return int(scalar_text(number)) if abs(number) < 1e21 else number  # noqa: PLR2004
    return value


class Overlay:
    """A prepared overlay, for any number of resources and threads."""

    __slots__ = ("_constant", "_limits", "_root")

    def __init__(self, overlay: Any, limits: Limits) -> None:
        self._limits = limits
        self._root = parse_node(overlay)
        _compile_conditions(self._root, limits)

    def apply(self, resource: Any) -> Any:
        """The new resource, which is the same object where nothing changes. Raises PatchError and LimitExceeded."""
        work = Work(self._limits)
        return Merger(self._limits, work).document(resource, self._patch(resource, work))

    def patch(self, resource: Any) -> Any:
        """The plain patch for a resource: empty where a condition fails."""
        return self._patch(resource, Work(self._limits))

    def _patch(self, resource: Any, work: Work) -> Any:
        try:
            root = self._root
            if not root.inert:
                walk = Walk(self._limits, work)
                root = walk.node(root, resource)
                if walk.failed:
                    return {}
            return _left(root.members) if isinstance(root, (MapNode, NewMap)) else root.raw
        except PatchError as error:
            raise PatchError(f"failed to preProcess rule: {error}") from None


def _compile_conditions(node: Node, limits: Limits) -> None:
    """Prepare the conditions of all maps below, so that applying finds no condition that is no pattern."""
    if isinstance(node, MapNode):
        for _, text, _ in node.conditions:
            condition = node.members[text]
            if not (isinstance(condition, MapNode) and condition.additions):
                condition.check = Check(condition.raw, limits, Work(limits))
        for member in node.members.values():
            _compile_conditions(member, limits)
    elif isinstance(node, ListNode):
        for item in node.items:
            _compile_conditions(item, limits)


def _left(members: dict[str, Node]) -> dict[str, Any]:
    """The patch that is left of an overlay: a condition on a scalar goes, any other keeps its key here (upstream)."""
    left = {}
    for text, node in members.items():
        if isinstance(node, Scalar) and is_condition_text(text):
            continue
        value = node.stripped()
        if value is not GONE:
            left[text] = value
    return left


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
            new = self.node(below, members.get(key, ABSENT))
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
                name = None if is_gate else members.get("name")
                if name is not None:
                    if template is None:
                        template = made.template(element, name)
                    made.add(template, name)
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
