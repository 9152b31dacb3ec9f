"""The JSON patch that leads from one document to another (spec 04 §4.5): `add`, `remove` and `replace` only.

Members come in the order of their names, so that equal documents give equal patches. Parts that two documents share are
not looked into, so that the patch of a mutation costs what was changed. A list of texts, numbers and flat maps gets the
fewest operations that there are (Wagner and Fischer), from its end to its start; any other list is compared item by
item, and so is one for which the search would take too long. A stack takes the place of calls: no document is too deep
for Python, and what lies deeper than `Limits.depth` is refused, because paths of such a depth take their square of time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded, PatchError
from kyvernopy.kubernetes.json_pointer import escape
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from kyvernopy.limits import Limits

    # An operation, or two values that stand at a path.
    Step: TypeAlias = "dict[str, Any] | tuple[Any, Any, str]"

__all__ = ["json_diff"]

_MOST_COMPARED = 250_000  # pairs of items, weighed, of one list: some hundredths of a second
_MISSING = object()
_CONTAINERS = (dict, list)
_CONTAINER_TYPES = frozenset(_CONTAINERS)
_NUMBERS = (int, float)
_SCALARS = frozenset({str, int, float, bool, type(None)})


def json_diff(before: Any, after: Any, *, limits: Limits = DEFAULT_LIMITS) -> list[dict[str, Any]]:
    """The operations of a JSON patch that makes `after` of `before`; their values are parts of `after`.

    Numbers are equal whatever their type, `true` is no number. Raises `LimitExceeded` for what is nested too deep.
    """
    operations: list[dict[str, Any]] = []
    steps: list[Step] = [(before, after, "")]
    while steps:
        step = steps.pop()
        if isinstance(step, dict):
            operations.append(step)
        elif step[0] is not step[1]:
            found = _steps(*step)
            if found:
                if step[2].count("/") > limits.depth:
                    raise LimitExceeded("depth", step[2].count("/"), limits.depth)
                steps += found[::-1]
    return operations


def _steps(before: Any, after: Any, path: str) -> list[Step]:
    """The operations, and the pairs of values that have to be looked at, in their order."""
    if isinstance(before, dict) and isinstance(after, dict):
        return _steps_of_maps(before, after, path)
    if isinstance(before, list) and isinstance(after, list):
        return _steps_of_lists(before, after, path)
    return [] if _equal(before, after) else [_replace(path, after)]


def _steps_of_maps(before: dict[str, Any], after: dict[str, Any], path: str) -> list[Step]:
    steps: list[Step] = []
    # Most members did not change, which is told before names are sorted and paths are made.
    changed = [
        key
        for key, new in after.items()
        if (old := before.get(key, _MISSING)) is not new and not _is_plainly_equal(old, new)
    ]
    for key in _sorted(changed):
        there = _below(path, key)
        if key not in before:
            steps.append(_add(there, after[key]))
        elif key:
            steps.append((before[key], after[key], there))
        elif not _same(before[key], after[key]):
            # No operation can look into a member with the empty name (spec 04 §4.3).
            steps.append(_replace(there, after[key]))
    if not before.keys() <= after.keys():
        steps += [_remove(_below(path, key)) for key in _sorted([key for key in before if key not in after])]
    return steps


def _sorted(keys: list[str]) -> list[str]:
    try:
        return sorted(keys)
    except TypeError:
        raise PatchError("not all keys of a map are texts, as they are in JSON") from None


def _below(path: str, key: str) -> str:
    if key.__class__ is not str and not isinstance(key, str):
        raise PatchError(f"a key of the type `{type(key).__name__}` is not of JSON")
    return f"{path}/{escape(key)}"


def _add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def _replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def _remove(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


# --- Lists ---


def _steps_of_lists(before: list[Any], after: list[Any], path: str) -> list[Step]:
    if len(before) == len(after) and all(map(_is_plainly_equal, before, after)):
        return []
    if not all(map(_is_simple, before)) or not all(map(_is_simple, after)):
        return _steps_of_items(before, after, path)
    # What both begin and end with needs no search.
    shorter = min(len(before), len(after))
    start = next((index for index in range(shorter) if not _same(before[index], after[index])), shorter)
    rest = shorter - start
    end = next((count for count in range(rest) if not _same(before[~count], after[~count])), rest)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    return list(_edits(old, new, path, start)) if _is_quick(old, new) else _steps_of_items(before, after, path)


def _steps_of_items(before: list[Any], after: list[Any], path: str) -> list[Step]:
    steps: list[Step] = [_remove(f"{path}/{index}") for index in range(len(before) - 1, len(after) - 1, -1)]
    steps += [_add(f"{path}/{index}", after[index]) for index in range(len(before), len(after))]
    pairs = enumerate(zip(before, after, strict=False))  # the rest of the longer one is dealt with
    steps += [(old, new, f"{path}/{index}") for index, (old, new) in pairs if old is not new]
    return steps


def _is_quick(before: list[Any], after: list[Any]) -> bool:
    """Whether the items are few and small enough to compare each with each."""
    sizes = sum(len(item) + 1 if isinstance(item, dict) else 1 for item in [*before, *after])
    return sizes * min(len(before), len(after)) <= _MOST_COMPARED


def _is_simple(item: Any) -> bool:
    """Whether an item is a text, a number, a boolean or a map of such and nulls."""
    if isinstance(item, dict):
        return _CONTAINER_TYPES.isdisjoint(map(type, item.values()))
    return item is not None and not isinstance(item, list)


def _edits(before: list[Any], after: list[Any], path: str, start: int) -> Iterator[Step]:
    """The fewest operations, from the end to the start, so that each index is one of the list as it then is."""
    costs = _costs(before, after)
    row, column = len(before), len(after)
    while row or column:
        cost = costs[row][column]
        place = f"{path}/{start + row - 1}"
        if row and column and _same(before[row - 1], after[column - 1]):
            row, column = row - 1, column - 1
        elif row and cost == costs[row - 1][column] + 1:
            row -= 1
            yield _remove(place)
        elif column and cost == costs[row][column - 1] + 1:
            column -= 1
            yield _add(f"{path}/{start + row}", after[column])
        else:
            row, column = row - 1, column - 1
            yield before[row], after[column], place


def _costs(before: list[Any], after: list[Any]) -> list[list[int]]:
    """How many operations make the first `column` items of the one of the first `row` items of the other."""
    costs = [list(range(len(after) + 1))]
    for row, old in enumerate(before, 1):
        above, costs_of_row = costs[-1], [row]
        for column, new in enumerate(after, 1):
            if _same(old, new):
                costs_of_row.append(above[column - 1])
            else:
                costs_of_row.append(1 + min(above[column - 1], above[column], costs_of_row[-1]))
        costs.append(costs_of_row)
    return costs


# --- Equality ---


def _is_plainly_equal(old: Any, new: Any) -> bool:
    """Whether two values are equal, found out at once: scalars, and maps and lists of nothing but scalars."""
    kind = new.__class__
    if old.__class__ is not kind:
        return False
    if kind in _SCALARS:
        return bool(old == new)
    if kind is dict:
        return len(old) == len(new) and _are_equal_scalars((one, new.get(key, _MISSING)) for key, one in old.items())
    return kind is list and len(old) == len(new) and _are_equal_scalars(zip(old, new, strict=True))


def _are_equal_scalars(pairs: Iterable[tuple[Any, Any]]) -> bool:
    for one, other in pairs:
        if one is not other:
            kind = one.__class__
            if other.__class__ is not kind or kind not in _SCALARS or one != other:
                return False
    return True


def _same(before: Any, after: Any) -> bool:
    """Whether two values are equal as JSON, which knows one kind of number, and `true` is none."""
    if not isinstance(before, _CONTAINERS):
        return _equal(before, after)
    pairs = [(before, after)]
    while pairs:
        old, new = pairs.pop()
        if old is new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            if old.keys() != new.keys():
                return False
            pairs.extend([(value, new[key]) for key, value in old.items()])
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return False
            pairs.extend(zip(old, new, strict=True))
        elif not _equal(old, new):
            return False
    return True


def _equal(old: Any, new: Any) -> bool:
    if old.__class__ is str or isinstance(old, bool) or isinstance(new, bool):
        return old.__class__ is new.__class__ and bool(old == new)
    return bool(old == new) if isinstance(old, _NUMBERS) or old.__class__ is new.__class__ else False
