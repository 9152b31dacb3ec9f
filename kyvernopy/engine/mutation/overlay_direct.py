"""Overlays that only say something about the elements of lists with merge key `name`, merged without a detour.

Nearly all policies write `spec: {containers: [{(name): "*", ...}]}`. What the two steps make of it is known beforehand
where the resource is settled: the elements that meet the conditions, each merged with the rest of the anchored
element, and behind them all others. Whatever is unusual is left to the two steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kyvernopy.engine.mutation.overlay_nodes import ListNode, MapNode
from kyvernopy.engine.mutation.stripping import GONE
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.strategic_merge import Merger

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.overlay_conditions import Check
    from kyvernopy.engine.mutation.overlay_nodes import Node
    from kyvernopy.kubernetes.merge_keys import Merging
    from kyvernopy.kubernetes.merge_values import Work
    from kyvernopy.limits import Limits

__all__ = ["DirectMerge", "direct_merge"]


class Unusual(Exception):  # noqa: N818  not an error
    """Something that the two steps have to look at."""


class Target(NamedTuple):
    """What is said about the elements of the list at a path: conditions, and what is merged where they hold."""

    path: tuple[str, ...]
    tests: list[tuple[str, Check]]
    template: dict[str, Any]  # without a name, for an element keeps its own


def direct_merge(root: Node, limits: Limits) -> DirectMerge | None:
    """The direct way to merge an overlay, if there is one."""
    targets: list[Target] = []
    return DirectMerge(targets, limits) if _collect(root, (), targets) else None


def _collect(node: Node, path: tuple[str, ...], targets: list[Target]) -> bool:
    """Find the lists below of one anchored element; whether there is nothing else."""
    if isinstance(node, MapNode):
        plain = not (node.additions or node.conditions) and "$patch" not in node.members
        return plain and all(_collect(below, (*path, name), targets) for name, below in node.members.items())
    element = node.items[0] if isinstance(node, ListNode) and len(node.items) == 1 else None
    if not path or not isinstance(element, MapNode) or element.has_global or not element.is_simple:
        return False
    tests, left = element.tests(), _left(element)
    if not tests or not left or "$patch" in left:
        return False
    template = {name: value for name, value in left.items() if name != "name"}
    targets.append(Target(path, [(name, check) for name, check, _ in tests], template))
    return True


def _left(element: MapNode) -> dict[str, Any] | None:
    """What an element says, unless there is something odd about it."""
    try:
        left = element.stripped()
    except PatchError:  # which is to be told when an element of the resource asks for it
        return None
    return left if left is not GONE and element.is_clean else None


class DirectMerge:
    """One overlay that says something about lists alone."""

    __slots__ = ("_limits", "_targets")

    def __init__(self, targets: list[Target], limits: Limits) -> None:
        self._targets, self._limits = targets, limits

    def apply(self, resource: dict[str, Any], work: Work) -> dict[str, Any] | None:
        """The merged resource, or None where the two steps have to decide."""
        merger = Merger(self._limits, work)
        place = merger.begin(resource, {})
        if not merger.is_settled:
            return None
        try:
            for target in self._targets:
                resource = self._at_path(resource, target, 0, place, merger)
        except (PatchError, Unusual):
            return None
        return resource

    def _at_path(
        self, ours: dict[str, Any], target: Target, depth: int, place: Merging | None, merger: Merger
    ) -> dict[str, Any]:
        """A map on the way to the list, or the same object."""
        name = target.path[depth]
        old = ours.get(name)
        below = place.below.get(name) if place else None
        if depth == len(target.path) - 1:
            new = self._list(old, target, below, merger)
        elif isinstance(old, dict):
            new = self._at_path(old, target, depth + 1, below, merger)
        else:  # a list that is not there has no elements
            return ours
        return ours if new is old else {**ours, name: new}

    def _list(self, old: Any, target: Target, place: Merging | None, merger: Merger) -> Any:
        """The list with its elements merged, those that meet the conditions first."""
        if old is None:
            return None
        if place is None or place.key != "name" or old.__class__ is not list:
            raise Unusual
        merger.work.spend(len(old))
        first: list[Any] = []
        others: list[Any] = []
        changes = False
        for element in old:
            if ")" in element["name"]:  # which may count as an anchor
                raise Unusual
            if not self._applies(target.tests, element, merger.work):
                others.append(element)
                continue
            changes = changes or bool(others)
            merged = merger.maps(element, target.template, place)
            changes = changes or merged is not element
            first.append(merged)
        return [*first, *others] if changes else old

    def _applies(self, tests: list[tuple[str, Check]], element: dict[str, Any], work: Work) -> bool:
        for key, check in tests:
            value = element.get(key)
            if check.is_any and value.__class__ is str:
                continue
            if key not in element or not check.holds(value, self._limits, work):
                return False
        return True
