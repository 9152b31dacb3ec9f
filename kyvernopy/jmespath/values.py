"""What an expression computes with: plain JSON values, of which ints and floats are one kind of number (spec 02 §1).

Two values do not come from JSON: `OpaqueInt`, an integer that is no number, and `ExpRef`, what `&expression` gives.
Values that an expression builds may be deeper than the stack and may share parts many times over; therefore the walks
use a stack of their own and stop at a bound. Texts and numbers, which nearly all questions are about, never get there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.text import json_number
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kyvernopy.jmespath.run import Run

__all__ = [
    "ExpRef",
    "OpaqueInt",
    "copied",
    "equal",
    "is_number",
    "json_text",
    "plain",
    "sorted_keys",
    "type_of",
]


class OpaqueInt(int):
    """An integer that is no number of the dialect, such as `elementIndex` or a result of `compare` (spec 02 §1)."""

    __slots__ = ()


def plain(node: Any) -> Any:
    """The value with ordinary integers for opaque ones, as everything but expressions sees it."""
    if isinstance(node, OpaqueInt):
        return int(node)
    if isinstance(node, dict):
        return {key: plain(below) for key, below in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


class ExpRef:
    """`&expression`: a function from a value to a value; an absent key gives null (spec 02 §2.2)."""

    __slots__ = ("_evaluate", "_run")

    def __init__(self, evaluate: Callable[[Any, Run], Any], run: Run) -> None:
        self._evaluate, self._run = evaluate, run

    def __call__(self, value: Any) -> Any:
        """The value of the expression on `value`."""
        return self._evaluate(value, self._run)


# --- Kinds and truth ---


def is_number(value: Any) -> bool:
    """Whether the value is a number of the dialect: booleans and opaque integers are none."""
    kind = value.__class__
    if kind is int or kind is float:
        return True
    return isinstance(value, (int, float)) and not isinstance(value, (bool, OpaqueInt))


def type_of(value: Any) -> str:
    """The name of the type, as the function `type` gives it."""
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, list):
        return "array"
    if isinstance(value, dict):
        return "object"
    raise ExpressionError("unknown type")


# --- Equality (spec 02 §1.2) ---


def equal(left: Any, right: Any, spend: Callable[[int], None] | None = None) -> bool:
    """Deep equality; values of different types are never equal. `spend` is told how many elements are looked at."""
    if isinstance(left, (list, dict)) and isinstance(right, (list, dict)):
        return _equal_trees(left, right, spend or _spending(DEFAULT_LIMITS.expression_work))
    return _equal_scalars(left, right)


def _spending(bound: int) -> Callable[[int], None]:
    """What a run does, where there is none."""
    spent = 0

    def spend(steps: int) -> None:
        nonlocal spent
        spent += steps
        if spent > bound:
            raise LimitExceeded("expression_work", spent, bound)

    return spend


def _equal_scalars(left: Any, right: Any) -> bool:
    if left.__class__ is str or left is None:
        return bool(left == right)
    if is_number(left):
        return is_number(right) and (left == right or _equal_as_floats(left, right))
    return left.__class__ is right.__class__ and bool(left == right)


def _equal_as_floats(left: float, right: float) -> bool:
    """Whether integers beyond the exact ones are the same double, as all numbers are upstream."""
    return abs(left) >= EXACT and abs(right) >= EXACT and as_float(left) == as_float(right)


# To open two lists or objects takes as long as to compare so many elements.
OPENING = 8


def _equal_trees(left: Any, right: Any, spend: Callable[[int], None]) -> bool:
    waiting = [(left, right)]
    while waiting:
        left, right = waiting.pop()
        children = _pairs(left, right)
        if children is None:
            return False
        spend(OPENING + len(left))
        for one, other in children:
            if isinstance(one, (list, dict)) and isinstance(other, (list, dict)):
                waiting.append((one, other))
            elif not _equal_scalars(one, other):
                return False
    return True


def _pairs(left: Any, right: Any) -> Iterable[tuple[Any, Any]] | None:
    """What must be equal in two lists or objects; None where they cannot be equal."""
    if isinstance(left, dict):
        alike = isinstance(right, dict) and left.keys() == right.keys()
        return ((item, right[key]) for key, item in left.items()) if alike else None
    return zip(left, right) if isinstance(right, list) and len(left) == len(right) else None  # noqa: B905  they are as long


# --- JSON text (spec 02 §1.3) ---

# From here on not every integer is a double.
EXACT = 2**53
_SPECIAL = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def json_text(value: Any, most: int = DEFAULT_LIMITS.output_size) -> str:
    """Compact JSON as Go writes it; more than `most` characters are `LimitExceeded`."""
    if not isinstance(value, (dict, list)):
        return _scalar_text(value)
    parts: list[str] = []
    opened, size = [_opened(value)], 0
    while opened:
        members, closing = opened[-1]
        for prefix, child in members:
            parts.append(prefix)
            if isinstance(child, (dict, list)):
                opened.append(_opened(child))
                size += len(prefix) + 2
                break
            text = _scalar_text(child)
            parts.append(text)
            size += len(prefix) + len(text)
        else:
            parts.append(closing)
            opened.pop()
        if size > most:
            raise LimitExceeded("output_size", size, most)
    return "".join(parts)


def _opened(value: Any) -> tuple[Iterator[tuple[str, Any]], str]:
    """The members of a container, each with the text before it, and the text that closes it."""
    if isinstance(value, dict):
        return _members(value), "}" if value else "{}"
    return _items(value), "]" if value else "[]"


def _members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    before = "{"
    for key in sorted_keys(value):
        if not isinstance(key, str):  # of a resource that did not come from JSON
            raise ExpressionError(NO_TEXT)
        yield f"{before}{_quoted(key)}:", value[key]
        before = ","


def _items(value: list[Any]) -> Iterator[tuple[str, Any]]:
    before = "["
    for item in value:
        yield before, item
        before = ","


def _scalar_text(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value)) if abs(value) < EXACT or isinstance(value, OpaqueInt) else _float_text(as_float(value))
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, ExpRef):
        return "{}"
    raise ExpressionError(f"json: unsupported type: {type(value).__name__}")


def _quoted(text: str) -> str:
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if "\ud800" <= character <= "\udfff":  # half of a surrogate pair is no text
        return "\\ufffd"
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _float_text(number: float) -> str:
    if number - number != 0:
        name = "NaN" if number != number else "+Inf" if number > 0 else "-Inf"  # noqa: PLR0124  NaN is not itself
        raise ExpressionError(f"json: unsupported value: {name}")
    return json_number(number)


def as_float(number: float) -> float:
    """The double nearest to a number; an integer beyond all of them is infinite."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


# --- Walks ---

NO_TEXT = "an object has a key that is no string"


def sorted_keys(value: dict[str, Any]) -> list[str]:
    """The keys in the order of their bytes, the one order in which objects are visited."""
    try:
        return sorted(value)
    except TypeError:
        raise ExpressionError(NO_TEXT) from None


def copied(value: Any, most: int = DEFAULT_LIMITS.expression_work) -> Any:
    """A deep copy of the lists and objects, as plain ones; exprefs become `{}`, which is what JSON shows of them.

    More than `most` elements are `LimitExceeded`.
    """
    holder = [value]
    waiting: list[Any] = [holder]
    left = most
    while waiting:
        parent = waiting.pop()
        left -= len(parent)
        if left < 0:
            raise LimitExceeded("expression_work", most - left, most)
        for key, child in parent.items() if isinstance(parent, dict) else enumerate(parent):
            if isinstance(child, ExpRef):
                parent[key] = {}
            elif isinstance(child, (dict, list)):
                parent[key] = copy = dict(child) if isinstance(child, dict) else child[:]
                waiting.append(copy)
    return holder[0]
