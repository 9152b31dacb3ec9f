"""Merging lists whose elements do not all have the same keys, step by step as Kyverno does it (spec 04 §3.4.4).

Rare, and full of surprises: elements without key wipe others, ports with and without protocol may get lost. The steps
of Kyverno edit both lists in place, and some results depend on that, so elements stand in cells that both the old and
the new list may hold. The searches take quadratic time; `Merger.spend` ends them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.kubernetes.merge_values import ABSENT, scalar_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.kubernetes.merge_keys import Merging
    from kyvernopy.kubernetes.strategic_merge import Merger

__all__ = ["merge_odd"]


class Cell:
    """An element that is edited in place; `element` itself is never changed, but exchanged."""

    __slots__ = ("element",)

    def __init__(self, element: Any) -> None:
        self.element = element

    def text(self, key: str) -> str | None:
        """The text under a key, or None without the key."""
        element = self.element
        return scalar_text(element[key]) if isinstance(element, dict) and key in element else None


def merge_odd(ours: list[Any], theirs: list[Any], place: Merging, merger: Merger) -> list[Any]:
    """Merge two lists of maps; the same list twice is a list of the patch on its own."""
    our_cells = [Cell(element) for element in ours]
    their_cells = our_cells if ours is theirs else [Cell(element) for element in theirs]
    every = place.keys or ()
    tuples = _unified([_key_values(element, every) for element in [*theirs, *ours]], merger)
    used = [j for j in range(len(every)) if any(values[j] for values in tuples)] or list(range(len(every)))
    keys = [every[j] for j in used]
    found: list[Cell] = []
    for values in tuples:
        _Step(merger, place, keys, [values[j] for j in used]).merge(our_cells, their_cells, found)
    for cell in list(our_cells):
        _keep(cell, keys, found, merger)
    return [cell.element for cell in found]


# --- Steps 1 and 2: which elements there are ---


def _key_values(element: Any, keys: Sequence[str]) -> tuple[str, ...]:
    values = (element.get(key) if isinstance(element, dict) else None for key in keys)
    return tuple("" if value is None else scalar_text(value) for value in values)


def _unified(collected: list[tuple[str, ...]], merger: Merger) -> list[tuple[str, ...]]:
    """Each tuple once, and with several keys: those that may mean the same element become their union.

    Upstream: the tuple on the left stays what it was when its turn began.
    """
    tuples = list(dict.fromkeys(collected))
    if not tuples or len(tuples[0]) == 1:
        return tuples
    merger.work.spend(len(tuples) ** 2)
    for i, left in enumerate(tuples):
        for j, right in enumerate(tuples):
            if _compatible(left, right):
                tuples[i] = tuples[j] = tuple(one or other for one, other in zip(left, right, strict=True))
    return tuples


def _compatible(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Equal in some position, and elsewhere different only where one of them is empty."""
    agree = False
    for one, other in zip(left, right, strict=True):
        if one == other:
            agree = True
        elif one and other:
            return False
    return agree


# --- Step 4: merge what a tuple means ---


class _Step:
    """What the tuple of key values `values` means, of the two lists and in the new one."""

    def __init__(self, merger: Merger, place: Merging, keys: list[str], values: list[str]) -> None:
        self.merger, self.place, self.keys, self.values = merger, place, keys, values
        named = [(key, value) for key, value in zip(keys, values, strict=True) if value]
        self.lookup = named or list(zip(keys, values, strict=True))
        self.named = named

    def merge(self, our_cells: list[Cell], their_cells: list[Cell], found: list[Cell]) -> None:
        ours, theirs = self.find(our_cells), self.find(their_cells)
        merged = self.pair(ours, theirs)
        if merged is None or not merged.element:
            _put(our_cells, self.keys, self.values, None, self.merger)
            return
        missing = {key: value for key, value in self.named if key not in merged.element}
        if missing:
            merged.element = {**merged.element, **missing}
        _put(found, self.keys, self.values, merged, self.merger)

    def find(self, cells: list[Cell]) -> Cell | None:
        """The first element whose fields are present and have these texts."""
        self.merger.work.spend(len(cells))
        for cell in cells:
            if all(cell.text(key) == value for key, value in self.lookup):
                return cell
        return None

    def pair(self, ours: Cell | None, theirs: Cell | None) -> Cell | None:
        """The cell that holds the merged element, or None."""
        if theirs is None:
            if ours is not None:
                ours.element = self.merger.settled_map(ours.element, self.place)
            return ours
        patch = theirs.element
        directive = patch.get("$patch")
        if ours is None or ours is theirs:
            new = self.merger.new_map(patch, self.place)
        else:
            new = self.merger.maps(ours.element, patch, self.place)
        if new is ABSENT:
            theirs.element = _without_directive(patch)
            return None
        if ours is None or ours is theirs or directive == "replace":
            theirs.element = new
            return theirs
        theirs.element = _spent(ours.element, patch, self.merger)
        ours.element = new
        return ours


def _without_directive(patch: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in patch.items() if name != "$patch"}


def _spent(ours: Any, patch: Any, merger: Merger) -> Any:
    """What is left of a map of the patch once it was merged, in case that another tuple means it too.

    Upstream: a directive is read once, and what the resource did not have was merged with itself. Only elements with
    several keys can be found twice, and there are no merging lists in these.
    """
    if not isinstance(patch, dict):
        return patch
    rest = _without_directive(patch)
    if patch.get("$patch") == "delete":
        return rest
    if not isinstance(ours, dict) or patch.get("$patch") == "replace":
        return merger.new_members(rest, None)
    return {name: _spent(ours.get(name), value, merger) for name, value in rest.items()}


# --- Step 5 and the new list ---


def _keep(cell: Cell, keys: list[str], found: list[Cell], merger: Merger) -> None:
    """An element of the resource, as step 4 left it, takes the place of what was put out for it."""
    values = []
    for key in keys:
        text = cell.text(key)
        if text is None:
            found.append(cell)
        else:
            values.append(text)
    if len(keys) > 1:
        _put(found, keys, values, None, merger)
    _put(found, keys, values, cell, merger)


def _put(cells: list[Cell], keys: list[str], values: list[str], new: Cell | None, merger: Merger) -> None:
    """Every element with these values becomes this one; if there is none, it is appended; None just removes."""
    merger.work.spend(len(cells))
    added = [new] if new is not None and new.element is not None else []
    kept: list[Cell] = []
    replaced = False
    for cell in cells:
        if not cell.element:
            continue
        if values and _identified(cell, keys, values):
            kept += added
            replaced = True
        elif values:
            kept.append(cell)
    cells[:] = kept if replaced else kept + added


def _identified(cell: Cell, keys: list[str], values: list[str]) -> bool:
    """Upstream: an empty text only asks that the field is present, and keys beyond the last value ask nothing."""
    for key, value in zip(keys, values, strict=False):
        text = cell.text(key)
        if text is None or (value and text != value):
            return False
    return True
