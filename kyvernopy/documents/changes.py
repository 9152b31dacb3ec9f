"""Changes of plain data, carried over from one copy of a document to another.

A command judges a resource that was put in order first: its namespace is filled in, its numbers are floats. What rules
changed about that form has to reach the form in the user's file, and nothing else may. So every change is seen as a
step from `before` to `after` and done once more where there is a step; the rest stays as the file has it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.json_text import write_json

__all__ = ["Collision", "carried", "carried_all", "partners", "same"]

if TYPE_CHECKING:
    from collections.abc import Iterable

ABSENT: Any = object()


class Collision(ValueError):  # noqa: N818  named for what happened
    """Two steps begin at the same state and cannot both be done."""


def same(left: Any, right: Any) -> bool:
    """Equality of JSON: the order of keys means nothing, and a boolean is no number."""
    if left is right:
        return True
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(same(item, right[key]) for key, item in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, bool) or isinstance(right, bool):  # bool before int: True is an int in Python
        return False
    return bool(left == right)


def carried(own: Any, before: Any, after: Any) -> Any:
    """`own` with what changed from `before` to `after`; the same object where that is nothing."""
    if same(before, after):
        return own
    if isinstance(own, dict) and isinstance(before, dict) and isinstance(after, dict):
        return _carried_map(own, before, after)
    if isinstance(own, list) and isinstance(before, list) and isinstance(after, list) and len(own) == len(before):
        pairs = zip(partners(before, after), after, strict=True)
        return [item if at is None else carried(own[at], before[at], item) for at, item in pairs]
    return after


def carried_all(own: Any, steps: Iterable[tuple[Any, Any]]) -> Any:
    """`own` with all steps, each from `before` to `after`.

    Steps may begin at the same `before`, where nobody saw what the others did. They can be done together if their order
    means nothing; otherwise one of them would be lost, and a `Collision` is raised.
    """
    begun: dict[int, list[Any]] = {}
    for before, after in steps:
        for other in begun.setdefault(id(before), []):
            if not same(carried(other, before, after), carried(after, before, other)):
                raise Collision("two rules change one part of it, and neither saw what the other did")
        begun[id(before)].append(after)
        own = carried(own, before, after)
    return own


def _carried_map(own: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    kept = {key: item for key, item in own.items() if key in after or key not in before}
    for key, item in after.items():
        was = before.get(key, ABSENT)
        if was is ABSENT or not same(was, item):
            kept[key] = _carried_member(own.get(key, ABSENT), was, item)
    return kept


def _carried_member(own: Any, before: Any, after: Any) -> Any:
    """A member that is new or has changed; where `own` or `before` lacks a map, the other's members stay."""
    if isinstance(after, dict):
        own = {} if own is ABSENT and isinstance(before, dict) else own
        before = {} if before is ABSENT and isinstance(own, dict) else before
    return after if own is ABSENT or before is ABSENT else carried(own, before, after)


def partners(old: list[Any], new: list[Any]) -> list[int | None]:
    """For each new item the index of the old one that it continues; None for an item that is new.

    Equal items belong together, then maps of one name, and in lists of one length what is left at the same place.
    """
    found: list[int | None] = [None] * len(new)
    free = dict(enumerate(old))
    for identity in (_text, _name):
        places: defaultdict[str, deque[int]] = defaultdict(deque)
        for index, item in free.items():
            places[identity(item)].append(index)
        for index, item in enumerate(new):
            name = identity(item)
            if found[index] is None and name and places[name]:
                found[index] = places[name].popleft()
        free = {index: item for index, item in free.items() if index not in found}
    if len(old) == len(new):
        found = [index if at is None and index in free else at for index, at in enumerate(found)]
    return found


def _text(item: Any) -> str:
    return write_json(item, sort_keys=True)


def _name(item: Any) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""
