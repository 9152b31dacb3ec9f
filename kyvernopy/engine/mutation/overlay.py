"""Strategic merge with anchors: an overlay that is prepared once and applied to any number of resources (spec 04 §3).

Two steps, as in Kyverno: a walk over overlay and resource settles the anchors, which leaves a plain patch, and
`kubernetes.strategic_merge` merges that. Upstream the first step edits a copy of the overlay, and later elements of a
list see what was done for earlier ones; see `overlay_walk`. The overlays that most policies have need neither step
(`overlay_direct`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.overlay_conditions import Check
from kyvernopy.engine.mutation.overlay_direct import direct_merge
from kyvernopy.engine.mutation.overlay_nodes import ListNode, MapNode, NewMap, Scalar, parse_node
from kyvernopy.engine.mutation.overlay_walk import Walk
from kyvernopy.engine.mutation.stripping import GONE, is_condition_text
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.merge_values import Work, as_float, measure, scalar_text
from kyvernopy.kubernetes.objects import as_plain
from kyvernopy.kubernetes.strategic_merge import Merger
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.overlay_nodes import Node
    from kyvernopy.limits import Limits

__all__ = ["Overlay", "compile_overlay", "strategic_merge"]

EXACT = 2**53  # integers up to here are doubles as well


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
    """A prepared overlay, for any number of resources and threads; `root` is its tree."""

    __slots__ = ("_direct", "_limits", "root")

    def __init__(self, overlay: Any, limits: Limits) -> None:
        self._limits = limits
        self.root = parse_node(overlay)
        _compile(self.root, limits)
        self._direct = direct_merge(self.root, limits)

    def apply(self, resource: Any) -> Any:
        """The new resource, which is the same object where nothing changes. Raises PatchError and LimitExceeded."""
        work = Work(self._limits)
        if self._direct is not None and isinstance(resource, dict):
            merged = self._direct.apply(resource, work)
            if merged is not None:
                return merged
        return Merger(self._limits, work).document(resource, self._patch(resource, work))

    def patch(self, resource: Any) -> Any:
        """The plain patch for a resource: empty where a condition fails."""
        return self._patch(resource, Work(self._limits))

    def _patch(self, resource: Any, work: Work) -> Any:
        try:
            root = self.root
            if not root.inert:
                walk = Walk(self._limits, work)
                root = walk.node(root, resource)
                if walk.failed:
                    return {}
            return _left(root.members) if isinstance(root, (MapNode, NewMap)) else root.raw
        except PatchError as error:
            raise PatchError(f"failed to preProcess rule: {error}") from None


def _compile(node: Node, limits: Limits) -> None:
    """Prepare the conditions of all maps below, so that applying finds no condition that is no pattern."""
    if isinstance(node, MapNode):
        for _, text, _ in node.conditions:
            condition = node.members[text]
            if not (isinstance(condition, MapNode) and condition.additions):
                condition.check = Check(condition.raw, limits, Work(limits))
        for member in node.members.values():
            _compile(member, limits)
    elif isinstance(node, ListNode):
        for item in node.items:
            _compile(item, limits)


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
