"""The text of `patchesJson6902`: YAML or JSON, read as Kyverno reads it (spec 04 §4.1), and `kyvernopy.json_patch`.

A text that begins with `[` is JSON to the letter, and its numbers keep their texts, which `test` compares. Of any other
text the first YAML document counts, and its numbers are those of Kubernetes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import DocumentError, LimitExceeded, PatchError, PolicyError
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.kubernetes.json_patch import apply_patch, parse_patch
from kyvernopy.kubernetes.json_values import NumberText
from kyvernopy.kubernetes.objects import as_plain
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.kubernetes.json_patch import Operation
    from kyvernopy.limits import Limits

__all__ = ["JsonPatch", "compile_patch_text", "json_patch", "read_patch"]

_PLAIN = (dict, list, str, int, float, type(None))
_DIGITS = 19  # and a sign: an integer of more is beyond 64 bits


def json_patch(resource: Any, patch: str | Sequence[Any] | None, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The resource with a JSON patch applied: a list of operations, or YAML or JSON text, with Kyverno's leniencies.

    The resource is not modified: the new one shares with it what did not change, and is it if nothing was written.
    Raises `PatchError` with Kyverno's text for a patch that cannot be read or applied, `PolicyError` for operations that
    JSON does not have, and `LimitExceeded`.
    """
    document = resource if isinstance(resource, _PLAIN) else as_plain(resource)
    return apply_patch(document, _operations(patch, limits), limits)


def _operations(patch: Any, limits: Limits) -> tuple[Operation, ...]:
    from kyvernopy.documents.plain import copy_plain  # noqa: PLC0415  who has texts needs none

    if isinstance(patch, str):
        return parse_patch(read_patch(patch, limits), limits)
    try:
        return parse_patch(copy_plain(patch, limits), limits)
    except DocumentError as error:
        raise PolicyError([error.finding]) from None


# --- Texts ---


@dataclass(frozen=True, slots=True)
class JsonPatch:
    """The patch that a text stands for, to be applied often."""

    operations: tuple[Operation, ...]
    limits: Limits

    def apply(self, resource: Any) -> Any:
        """The patched resource; the same object if nothing was written. Raises PatchError."""
        return apply_patch(resource, self.operations, self.limits)


def compile_patch_text(text: str, limits: Limits = DEFAULT_LIMITS) -> JsonPatch:
    """The patch of a text. Raises PatchError."""
    return JsonPatch(parse_patch(read_patch(text, limits), limits), limits)


def read_patch(text: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The plain data of a text, whose operations are not decoded yet. Raises PatchError."""
    if not text:
        raise PatchError("empty mutate rule")
    if len(text) > limits.document_size:
        raise LimitExceeded("document_size", len(text), limits.document_size)
    return _read_json(text, limits) if text[0] == "[" else _read_yaml(text, limits)


def _read_json(text: str, limits: Limits) -> Any:
    from kyvernopy.golang.json_text import JsonError, read_json  # noqa: PLC0415  see _operations

    try:
        return read_json(text, limits, integer=_integer, real=_number)
    except JsonError as error:
        raise PatchError(f"failed to decode patches: {error}") from None


def _read_yaml(text: str, limits: Limits) -> Any:
    from kyvernopy.documents.first import YamlError, read_first  # noqa: PLC0415  see _operations

    try:
        return read_first(text, limits)
    except YamlError as error:
        raise PatchError(f"failed to convert patchesJSON6902 to JSON: {error}") from None


def _integer(digits: str) -> float:
    if len(digits) <= _DIGITS + 1 and INT64_MIN <= (number := int(digits)) <= INT64_MAX:
        return number
    return _number(digits)


def _number(digits: str) -> NumberText:
    from kyvernopy.golang.json_text import JsonError  # noqa: PLC0415  see _operations

    number = NumberText(digits)
    if number - number != 0:
        raise JsonError(f"json: cannot unmarshal number {digits} into Go value of type float64")
    return number
