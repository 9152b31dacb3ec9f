"""Whether the merging lists of a resource are as a merge would leave them: the question that nearly always says yes.

Kyverno merges the lists that a patch does not mention with nothing, which may drop elements of the same keys or without
any (spec 04 §3.4.4). A resource in which that changes nothing is *settled*, and only what the patch mentions has to be
visited. The answer is no wherever a closer look is needed, which costs time and is never wrong. A kind that is asked
for often gets a function of its own (`settled_source`), which takes half the time.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.kubernetes.merge_keys import Merging
    from kyvernopy.kubernetes.merge_values import Work

__all__ = ["SettledCheck", "are_texts", "have_texts", "settled_check"]

# Source is written after so many questions: it costs as much as some hundred of them.
WORTH_WHILE = 300

_SIMPLE = {str, int, type(None)}


class SettledCheck:
    """The question for resources of one kind; `ask` may be exchanged at any time, so read it anew each time."""

    __slots__ = ("_asked", "_place", "ask")

    def __init__(self, place: Merging) -> None:
        self._place = place
        self._asked = 0
        self.ask: Callable[[dict[str, Any], Work], bool] = self._walk

    def _walk(self, resource: dict[str, Any], work: Work) -> bool:
        self._asked += 1
        if self._asked > WORTH_WHILE:
            from kyvernopy.kubernetes.settled_source import compile_settled  # noqa: PLC0415  a few merges do without

            self.ask = compile_settled(self._place)
        return _map_is_settled(resource, self._place, work)


@cache  # as many as there are kinds in the table of merge keys
def settled_check(place: Merging) -> SettledCheck:
    """The question for the kind with these places."""
    return SettledCheck(place)


def _map_is_settled(resource: dict[str, Any], place: Merging, work: Work) -> bool:
    """A value of another kind than its place is settled: nothing merges there."""
    for name, below in place.below.items():
        value = resource.get(name)
        if isinstance(value, dict):
            if below.keys is None and not _map_is_settled(value, below, work):
                return False
        elif isinstance(value, list) and below.keys is not None and not _list_is_settled(value, below, work):
            return False
    return True


def _list_is_settled(elements: list[Any], place: Merging, work: Work) -> bool:
    work.spend(len(elements))
    if not place.keys:
        return are_texts(elements)
    if not (have_texts(elements, place.key) if place.key else have_keys(elements, place.keys)):
        return False
    return not place.below or all(_map_is_settled(element, place, work) for element in elements)


def are_texts(scalars: list[Any]) -> bool:
    """Whether all are texts, and no two the same."""
    return all(isinstance(scalar, str) for scalar in scalars) and len(set(scalars)) == len(scalars)


def have_texts(elements: list[Any], key: str) -> bool:
    """Whether all elements are maps with a text under the key, which no other has."""
    try:
        texts = {element[key] for element in elements}
        "".join(texts)  # nothing but texts can be joined
    except (KeyError, TypeError):
        return False
    return len(texts) == len(elements) and "" not in texts


def have_keys(elements: list[Any], keys: tuple[str, ...]) -> bool:
    """Whether all are maps with the first key, each other key is in all or in none, and no two have the same."""
    if not all(isinstance(element, dict) for element in elements):
        return False
    first, *others = ([element.get(key) for element in elements] for key in keys)
    if not (all(first) and _of_one_class(first)):  # numbers beside texts may mean the same
        return False
    if not all(_of_one_class(column) and (all(column) or column[0] is None) for column in others):
        return False
    return len(set(zip(first, *others, strict=True))) == len(elements)


def _of_one_class(column: list[Any]) -> bool:
    """Whether all are texts, all are integers, or all are null."""
    classes = {value.__class__ for value in column}
    return len(classes) <= 1 and classes <= _SIMPLE
