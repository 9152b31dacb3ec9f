"""Removing what anchors leave behind, so that an overlay becomes a plain patch (spec 04 §3.3).

Conditions on scalars go, other conditions become content, and so do empty maps, and lists that become empty. Anchored
elements go, they have done their work.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from kyvernopy.errors import PatchError
from kyvernopy.patterns.anchors import Anchor, parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CONDITIONS", "GONE", "element_left", "has_anchor", "is_condition_text", "keep_positions", "strip"]

CONDITIONS = frozenset({Anchor.CONDITION, Anchor.GLOBAL})
ANCHORS = CONDITIONS | {Anchor.ADD_IF_ABSENT}  # spec 04 §3.1: in a mutation the others are ordinary keys


class Gone(Enum):
    """Nothing is left."""

    GONE = "gone"


GONE: Final = Gone.GONE


def is_condition_text(text: str) -> bool:
    """Whether a text reads as a condition, which makes it one also where it is a value (upstream)."""
    return ")" in text and parse_key(text).anchor in CONDITIONS


def has_anchor(value: Any) -> bool:
    """Whether an anchor stands anywhere inside."""
    if isinstance(value, dict):
        return any(parse_key(key).anchor in ANCHORS for key in value) or any(map(has_anchor, value.values()))
    if isinstance(value, list):
        return any(map(has_anchor, value))
    return isinstance(value, str) and is_condition_text(value)


def strip(value: Any, *, scalar_goes: bool = False) -> Any:
    """The value without its anchors, or GONE."""
    if isinstance(value, dict):
        return _strip_map(value)
    if isinstance(value, list):
        return keep_positions(map(_element, value), len(value))
    return GONE if scalar_goes else value


def _strip_map(value: dict[str, Any]) -> Any:
    """Conditions first; what is left of one takes the place of a plain member of its name, and is then read again."""
    members = dict(value)
    for text in [text for text in members if parse_key(text).anchor in CONDITIONS]:
        left = strip(members[text], scalar_goes=True)
        name = parse_key(text).name
        if left is GONE:
            del members[text]
        else:
            members = {
                (name if key == text else key): (left if key == text else member)
                for key, member in members.items()
                if key != name
            }
    found = {key: left for key, member in members.items() if (left := strip(member)) is not GONE}
    return found or GONE


def _element(element: Any) -> tuple[bool, Any]:
    """Whether an element of a list goes, and what stands in its place if it stays all the same."""
    return (True, element) if has_anchor(element) else element_left(strip(element), element)


def element_left(left: Any, element: Any) -> tuple[bool, Any]:
    """The same for an element without anchors, of which `left` is left; one of which nothing is left is empty."""
    return (False, left) if left is not GONE else (True, {} if isinstance(element, dict) else [])


def keep_positions(elements: Iterable[tuple[bool, Any]], count: int) -> Any:
    """What is left of a list, given for each element whether it goes and what it is if it stays; GONE if nothing is.

    Upstream: an element is deleted by the position that it had at first, though the list has shrunk meanwhile; from the
    second deletion on, a later neighbour goes in its stead. Beyond the end, where Kyverno crashes, it is an error.
    """
    left: list[Any] = []
    deletions: list[int] = []
    for position, (goes, value) in enumerate(elements):
        left.append(value)
        if goes:
            if position >= count - len(deletions):
                raise PatchError(f"no list element {position} to delete")
            deletions.append(position)
    for position in deletions:
        del left[position]
    return left or (GONE if count else [])
