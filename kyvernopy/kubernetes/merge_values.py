"""What merging asks of JSON values: the text of a scalar, the kind of a node, a copy, and how much work is left.

Texts are those of JSON without quotes, which is what keys are compared by and what a string field takes of a number
(spec 04 §3.4.4, §3.4.5).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from kyvernopy.errors import LimitExceeded, PatchError

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["ABSENT", "Absent", "Work", "as_float", "copied", "measure", "same", "scalar_text", "wrong_kind"]

_INT64 = 2**63
_PLAIN_FROM, _PLAIN_BELOW = 1e-6, 1e21  # floats that JSON has without exponent
_MOST_CHUNKS = 20_000  # pieces of JSON text in an error


class Absent(Enum):
    """No value at all, which is not null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Work:
    """The elements that one merge may still visit; crossing the bound is `LimitExceeded`."""

    __slots__ = ("bound", "left")

    def __init__(self, limits: Limits) -> None:
        self.bound = self.left = limits.expression_work

    def spend(self, count: int) -> None:
        """Count elements that are about to be visited."""
        self.left -= count
        if self.left < 0:
            raise LimitExceeded("expression_work", self.bound - self.left, self.bound)


def scalar_text(value: Any) -> str:
    """The text of a scalar as JSON writes it, without quotes; a map or list has none."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if -_INT64 <= value < _INT64 else _float_text(as_float(value))
    return _float_text(value) if isinstance(value, float) else ""


def as_float(value: int) -> float:
    """The double nearest to an integer."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _float_text(value: float) -> str:
    shown = repr(value)
    if "e" not in shown:
        return shown.removesuffix(".0")
    if _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        from decimal import Decimal  # noqa: PLC0415  rarely needed

        return f"{Decimal(shown):f}"
    return shown.replace("e-0", "e-")


def wrong_kind(expected: str, node: Any) -> PatchError:
    """The error for a node of another kind than its place wants (spec 04 §3.4.2)."""
    kind = "MappingNode" if isinstance(node, dict) else "SequenceNode" if isinstance(node, list) else "ScalarNode"
    return PatchError(f"wrong node kind: expected {expected} but got {kind}: node contents:\n{_json(node)}\n")


def _json(node: Any) -> str:
    """JSON text, cut where a node is endless or bottomless."""
    import json  # noqa: PLC0415  only errors need it
    from itertools import islice  # noqa: PLC0415

    chunks: list[str] = []
    try:
        chunks.extend(islice(json.JSONEncoder(default=str).iterencode(node), _MOST_CHUNKS))
    except (RecursionError, TypeError, ValueError):
        chunks.append("...")
    return "".join(chunks) if len(chunks) < _MOST_CHUNKS else f"{''.join(chunks)}..."


def same(left: Any, right: Any) -> bool:
    """Equal as JSON values, where true is not 1."""
    if left is right:  # as most parts are of a resource that was merged
        return True
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and len(left) == len(right)
            and all(name in right and same(value, right[name]) for name, value in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def copied(value: Any) -> Any:
    """A copy that shares no map or list with the value, so that what is made of a patch can be changed freely."""
    if isinstance(value, dict):
        return {name: copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [copied(element) for element in value]
    return value


def measure(patch: Any, limits: Limits) -> None:
    """Refuse a patch that is larger or deeper than a pattern may be; one that holds itself is too deep."""
    nodes, depth, level = 1, 0, [patch]
    while level:
        below: list[Any] = []
        for node in level:
            members = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            nodes += len(members)
            if nodes > limits.pattern_nodes:  # before they are listed: a few shared ones may stand for very many
                raise LimitExceeded("pattern_nodes", nodes, limits.pattern_nodes)
            below += members
        level = below
        depth += bool(level)
        if depth > limits.pattern_depth:
            raise LimitExceeded("pattern_depth", depth, limits.pattern_depth)
