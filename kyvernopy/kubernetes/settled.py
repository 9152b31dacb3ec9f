"""Whether the merging lists of a resource are as a merge would leave them: the question that nearly always says yes.

Kyverno merges the lists that a patch does not mention with nothing, which may drop elements of the same keys or without
any (spec 04 §3.4.4). A resource in which that changes nothing is *settled*, and only what the patch mentions has to be
visited. The answer is quick, and no wherever a closer look is needed: that costs time and is never wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded

if TYPE_CHECKING:
    from kyvernopy.kubernetes.merge_keys import Merging

__all__ = ["UNSETTLED", "settled_elements"]

UNSETTLED = -1

_SIMPLE = {str, int, type(None)}


def settled_elements(resource: dict[str, Any], place: Merging, bound: int) -> int:
    """How many elements the merging lists have, or UNSETTLED; more than the bound are `LimitExceeded`."""
    count = 0
    for name, key, several in place.leaves:
        value = resource.get(name)
        if value is None:
            continue
        if value.__class__ is not list:
            if _is_unusual(value):
                return UNSETTLED
        elif len(value) == 1:  # nearly always, and no set is needed
            element = value[0]
            text = element.get(key) if element.__class__ is dict else None
            # The first of several keys may be a number; where it is the only one, texts are compared.
            if not text or not (text.__class__ is str or (several and text.__class__ is int)):
                return UNSETTLED
            count += 1
        elif _have_keys(value, place.below[name].keys or ()) if several else _have_texts(value, key):
            count += len(value)
        else:
            return UNSETTLED
    for name, below in place.steps:
        value = resource.get(name)
        if value is None:
            continue
        if value.__class__ is dict:
            found = settled_elements(value, below, bound) if below.keys is None else 0
        elif value.__class__ is list:
            found = _of_list(value, below, bound) if below.keys is not None else 0
        else:
            found = UNSETTLED if _is_unusual(value) else 0
        if found < 0:
            return UNSETTLED
        count += found
    return count


def _is_unusual(value: Any) -> bool:
    """Whether a value is a map or list of another class, which takes a closer look."""
    return isinstance(value, (dict, list)) and value.__class__ is not dict and value.__class__ is not list


def _of_list(elements: list[Any], place: Merging, bound: int) -> int:
    """The same for a set, or for a list in whose elements there are merging lists."""
    if not place.keys:
        texts = all([element.__class__ is str for element in elements])
        return len(elements) if texts and len(set(elements)) == len(elements) else UNSETTLED
    if not _have_texts(elements, place.keys[0]):
        return UNSETTLED
    count = len(elements)
    for element in elements:
        found = settled_elements(element, place, bound)
        if found < 0:
            return UNSETTLED
        count += found
        if count > bound:
            raise LimitExceeded("expression_work", count, bound)
    return count


def _have_texts(elements: list[Any], key: str) -> bool:
    """Whether all elements are maps with a text under the key, which no other has."""
    try:
        texts = {element[key] for element in elements}
        "".join(texts)  # nothing but texts can be joined
    except (KeyError, TypeError):
        return False
    return len(texts) == len(elements) and "" not in texts


def _have_keys(elements: list[Any], keys: tuple[str, ...]) -> bool:
    """Whether all elements are maps with the first key, each other key is in all or in none, and no two have the same."""
    if any(element.__class__ is not dict for element in elements):
        return False
    first, *others = ([element.get(key) for element in elements] for key in keys)
    if not (all(first) and _one_class(first)):  # numbers beside texts may mean the same
        return False
    if not all(_one_class(column) and (all(column) or column[0] is None) for column in others):
        return False
    return len(set(zip(first, *others, strict=True))) == len(elements)


def _one_class(column: list[Any]) -> bool:
    """Whether all are texts, all are integers, or all are null."""
    classes = {value.__class__ for value in column}
    return len(classes) <= 1 and classes <= _SIMPLE
