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
    for name, below in place.steps:
        value = resource.get(name)
        if value is None:
            continue
        if value.__class__ is dict:
            found = settled_elements(value, below, bound) if below.keys is None else 0
        elif value.__class__ is not list:
            found = UNSETTLED if isinstance(value, (dict, list)) else 0  # of an unusual class
        elif below.leaf and len(value) == 1 and value[0].__class__ is dict:  # nearly always, in lists such as `ports`
            text = value[0].get(below.leaf)
            known = text.__class__ is str or (text.__class__ is int and below.key is None)
            found = 1 if known and text else UNSETTLED
        else:
            found = _of_list(value, below, bound) if below.keys is not None else 0
        if found < 0:
            return UNSETTLED
        count += found
    return count


def _of_list(elements: list[Any], place: Merging, bound: int) -> int:
    if not (_have_texts(elements, place.key) if place.key else _of_set_or_keys(elements, place.keys or ())):
        return UNSETTLED
    count = len(elements)
    if place.steps:
        for element in elements:
            found = settled_elements(element, place, bound)
            if found < 0:
                return UNSETTLED
            count += found
            if count > bound:
                raise LimitExceeded("expression_work", count, bound)
    return count


def _have_texts(elements: list[Any], key: str) -> bool:
    """Whether all elements are maps with a text under the key that no other has."""
    try:
        texts = {element[key] for element in elements}
        "".join(texts)  # nothing but texts can be joined
    except (KeyError, TypeError):
        return False
    return len(texts) == len(elements) and "" not in texts


def _of_set_or_keys(elements: list[Any], keys: tuple[str, ...]) -> bool:
    """The same for texts, and for maps with several keys: each key is in all of them or in none."""
    if not keys:
        return all(element.__class__ is str for element in elements) and len(set(elements)) == len(elements)
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
