"""Lists that merge: sets of scalars, and maps that are the same element where their keys are (spec 04 §3.4.4).

The definition pairs elements by searching, which takes quadratic time. Nearly all lists are *ordinary*: each element
has the same keys, none of them empty. There the pairs come from a dict, in linear time. All others (elements without
key, `protocol` in some ports only) go to `odd_lists`, which follows the definition step by step.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.kubernetes.merge_values import ABSENT, copied, scalar_text, wrong_kind
from kyvernopy.kubernetes.odd_lists import merge_odd

if TYPE_CHECKING:
    from collections.abc import Hashable

    from kyvernopy.kubernetes.merge_keys import Merging
    from kyvernopy.kubernetes.strategic_merge import Merger

__all__ = ["merge_elements", "merge_sets", "merge_settled"]

List: TypeAlias = "list[Any]"


def merge_sets(ours: List, theirs: List) -> List:
    """Scalars: those of the patch, then the others of the resource; the same text is the same scalar."""
    found: dict[str, Any] = {}
    for scalar in [*theirs, *ours]:
        if scalar is None or scalar == {}:
            continue
        if isinstance(scalar, (dict, list)):
            raise wrong_kind("ScalarNode", scalar)
        found[scalar_text(scalar)] = scalar
    return _unless_same(ours, list(found.values()))


def merge_settled(ours: List, theirs: List, key: str, place: Merging, merger: Merger) -> List | None:
    """Merge by one key into a settled list, where the patch has texts as keys and no directive; else None."""
    merger.work.spend(len(ours) + len(theirs))
    stated: dict[str, Any] = {}
    for element in theirs:
        text = element.get(key) if element.__class__ is dict and "$patch" not in element else None
        if text.__class__ is not str or not text:
            return None
        stated.setdefault(text, element)  # of elements with the same key in the patch, the first one counts
    mine = {element[key]: element for element in ours}
    first = [
        merger.maps(mine[text], element, place) if text in mine else merger.new_map(element, place)
        for text, element in stated.items()
    ]
    return _unless_same(ours, [*first, *(element for text, element in mine.items() if text not in stated)])


def merge_elements(ours: List, theirs: List, place: Merging, merger: Merger) -> List:
    """Merge the maps of two lists; the same list twice is a list of the patch on its own, of which nothing is kept."""
    for element in ours:
        if element is not None and not isinstance(element, dict):
            raise wrong_kind("MappingNode", element)
    merger.work.spend(len(ours) + len(theirs))
    alone = ours is theirs
    identities = _identities(ours if alone else [*ours, *theirs], place.keys or ())
    if identities is None:
        return _unless_same(ours, merge_odd(ours, theirs, place, merger))
    several = isinstance(identities[0], tuple) if identities else False
    if alone:
        return _alone(ours, identities, place, merger, several=several)
    found = _paired(ours, theirs, identities, place, merger)
    return _unless_same(ours, _in_order(found, identities[: len(ours)], several=several))


# --- Ordinary lists ---


def _identities(elements: List, keys: tuple[str, ...]) -> list[Hashable] | None:
    """What each element is known by; None where some element is not like the others.

    A key that no element has does not count: ports without any protocol are known by their numbers alone.
    """
    columns = []
    for key in keys:
        column = _column(elements, key)
        if column is not None:
            columns.append(column)
        elif any(not isinstance(element, dict) or key in element for element in elements):
            return None
    if not columns:
        return None if elements else []
    return list(zip(*columns, strict=True)) if len(columns) > 1 else columns[0]


def _column(elements: List, key: str) -> list[Hashable] | None:
    """The texts under one key, if each element has one that is not empty."""
    texts: list[Hashable] = []
    for element in elements:
        text = element.get(key) if isinstance(element, dict) else None
        if text.__class__ is not str:
            text = None if text is None else scalar_text(text)
        if not text:
            return None
        texts.append(text)
    return texts


def _paired(
    ours: List, theirs: List, identities: list[Hashable], place: Merging, merger: Merger
) -> dict[Hashable, tuple[Any, bool]]:
    """What becomes of each element, first those of the patch, and whether the resource has it too."""
    first: dict[Hashable, int] = {}
    last: dict[Hashable, int] = {}
    for index in range(len(ours)):
        first.setdefault(identities[index], index)
        last[identities[index]] = index
    found: dict[Hashable, tuple[Any, bool]] = {}
    for index, element in enumerate(theirs, len(ours)):
        identity = identities[index]
        if identity in found:  # of elements with the same keys in the patch, the first one counts
            continue
        at = first.get(identity)
        if at is None:
            found[identity] = merger.new_map(element, place), False
            continue
        merged = merger.maps(ours[at], element, place)
        if merged is not ABSENT and (at != last[identity] or element.get("$patch") == "replace"):
            merged = ours[last[identity]]  # of those in the resource, the last one counts, and as it is
        found[identity] = merged, True
    for identity, at in first.items():
        if identity not in found:
            settled = merger.settled_map(ours[at], place) if place.below else ours[at]
            found[identity] = settled if at == last[identity] else ours[last[identity]], True
    return found


def _in_order(found: dict[Hashable, tuple[Any, bool]], our_identities: list[Hashable], *, several: bool) -> List:
    """The new list: the patch comes first; with several keys that is true of new elements only."""
    if not several:
        return [element for element, _ in found.values() if element is not ABSENT]
    fresh = [element for element, is_ours in found.values() if not is_ours and element is not ABSENT]
    kept = dict.fromkeys(reversed(our_identities))  # of the same keys, the place of the last one counts
    return fresh + [found[identity][0] for identity in reversed(kept) if found[identity][0] is not ABSENT]


def _alone(theirs: List, identities: list[Hashable], place: Merging, merger: Merger, *, several: bool) -> List:
    """A list of the patch merged with itself: elements with the same keys are one, the last of them, as it is."""
    made: dict[Hashable, Any] = {}
    for identity, element in zip(identities, theirs, strict=True):
        if identity not in made:
            made[identity] = merger.new_map(element, place)
        elif made[identity] is not ABSENT:
            if several:
                del made[identity]
            made[identity] = copied(element)
    return [element for element in made.values() if element is not ABSENT]


def _unless_same(old: List, new: List) -> List:
    """The old list if the new one has the same elements in the same order."""
    return old if len(old) == len(new) and all(map(is_, old, new)) else new
