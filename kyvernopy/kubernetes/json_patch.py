"""JSON Patch (RFC 6902) as Kyverno applies it, leniencies included (spec 04 §4.2 to §4.4).

A patch is decoded once, which finds all that is wrong with its operations before anything is applied, and applied often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kyvernopy.errors import LimitExceeded, PatchError
from kyvernopy.kubernetes.json_patched import PatchedDocument
from kyvernopy.kubernetes.json_pointer import Pointer, parse_pointer
from kyvernopy.kubernetes.json_values import Written, check_depth, depth_of, has_number_text
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from kyvernopy.limits import Limits

    Act: TypeAlias = "Callable[[PatchedDocument, Operation], None]"

__all__ = ["Operation", "apply_patch", "parse_patch"]

_WITH_VALUE = ("add", "replace")
_WITH_SOURCE = ("move", "copy")
_NOWHERE = parse_pointer("")


class Operation(NamedTuple):
    """One decoded operation; `source` is its `from`.

    `is_odd`: the value is a null, or holds numbers that remember their text, so that the document has to be settled.
    """

    op: str
    pointer: Pointer
    source: Pointer
    value: Any
    is_container: bool
    is_odd: bool
    act: Act


_ACTS: dict[str, Act] = {
    "add": PatchedDocument.add,
    "remove": PatchedDocument.remove,
    "replace": PatchedDocument.replace,
    "move": PatchedDocument.move,
    "copy": PatchedDocument.copy,
    "test": PatchedDocument.test,
}


def apply_patch(document: Any, operations: Iterable[Operation], limits: Limits = DEFAULT_LIMITS) -> Any:
    """The patched document, which shares what did not change with the one before; that itself if nothing was written.

    Raises PatchError where an operation does not apply, and LimitExceeded for what grows beyond its bounds.
    """
    patched = PatchedDocument(document, limits)
    for operation in operations:
        operation.act(patched, operation)
    return patched.result() if patched.changed else document


# --- Decoding (spec 04 §4.2) ---


def parse_patch(operations: Any, limits: Limits = DEFAULT_LIMITS) -> tuple[Operation, ...]:
    """The operations of a patch, which is plain data; null stands for none. Raises PatchError.

    Values are kept as they are, and copied whenever they are put into a document.
    """
    if operations is None:
        return ()
    if not isinstance(operations, list):
        raise PatchError(_no_patch(operations, "Patch"))
    for operation in operations:
        if operation is not None and not isinstance(operation, dict):
            raise PatchError(_no_patch(operation, "Operation"))
    for operation in operations:
        complaint = _complaint(operation or {})
        if complaint:
            raise PatchError(f"failed to decode patches: invalid operation {_shown(operation, limits)}: {complaint}")
    return tuple([_decoded(operation, limits) for operation in operations])


def _complaint(operation: dict[str, Any]) -> str:
    """Why an operation is refused, or nothing; null is a value, and `test` may lack its value."""
    op = operation.get("op")
    if not isinstance(op, str) or op not in _ACTS:
        return "unsupported operation"
    if not isinstance(operation.get("path"), str):
        return "failed to decode 'path': operation missing path field: missing value"
    if op in _WITH_VALUE and "value" not in operation:
        return "failed to decode 'value': operation, missing value field: missing value"
    if op in _WITH_SOURCE and not isinstance(operation.get("from"), str):
        return "failed to decode 'from': operation, missing from field: missing value"
    return ""


def _decoded(operation: dict[str, Any], limits: Limits) -> Operation:
    op, pointer, value = operation["op"], parse_pointer(operation["path"]), operation.get("value")
    source = parse_pointer(operation["from"]) if op in _WITH_SOURCE else _NOWHERE
    is_container = isinstance(value, (dict, list))
    is_odd = False
    if op in _WITH_VALUE:
        depth = len(pointer.way) + 1 + (depth_of(value) if is_container else 0)
        if depth > limits.depth:
            raise LimitExceeded("depth", depth, limits.depth)
        is_odd = value is None or has_number_text(value)
        value = Written.NULL if value is None else value
    return Operation(op, pointer, source, value, is_container, is_odd, _ACTS[op])


# --- What Go says ---

_GO_KINDS = {bool: "bool", str: "string", dict: "object", list: "array"}


def _no_patch(value: Any, wanted: str) -> str:
    kind = _GO_KINDS.get(value.__class__, "number")
    return f"failed to decode patches: json: cannot unmarshal {kind} into Go value of type jsonpatch.{wanted}"


def _shown(operation: Any, limits: Limits) -> str:
    """An operation as JSON, its members sorted."""
    import json  # noqa: PLC0415  only who made a mistake pays

    check_depth(operation, limits)
    return json.dumps(operation, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
