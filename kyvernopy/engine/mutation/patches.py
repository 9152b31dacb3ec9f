"""The patch of a mutate rule or of an entry of its foreach, with variables filled in (spec 04 §2.2).

A patch without variables is prepared once. One with variables is prepared for each set of values that they give, and
the last of these are kept. Where both kinds of patch are stated, the strategic merge counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kyvernopy.engine.kept import KeptByValues
from kyvernopy.engine.mutation.overlay import compile_overlay
from kyvernopy.engine.mutation.patch_text import compile_patch_text
from kyvernopy.errors import ExpressionError, LimitExceeded, PatchError, PolicyError
from kyvernopy.jmespath.values import NO_TEXT, plain
from kyvernopy.variables.template import Part, compile_template, put_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.limits import Limits

__all__ = ["Patch", "PatchSource", "RuleError"]


class Patch(Protocol):
    """Something that makes a new resource of one, which it leaves as it is."""

    def apply(self, resource: dict[str, Any]) -> Any:
        """The new resource, which is the same object where nothing changes. Raises PatchError."""


class PatchSource:
    """A patch as it is written: `document` is what variables are filled in, and `keys` lead to its mutate block.

    Upstream: in a rule, the whole rule is filled in, so that a variable without a value is an error wherever it stands.
    """

    def __init__(self, document: Any, keys: tuple[str, ...], dialect: Dialect) -> None:
        self._template = compile_template(document, dialect)
        self._limits = dialect.limits
        self._block = _below(self._template.outline, keys)
        self._parts = sorted({part.index for part in _parts_of(self._block)})
        self._constant = None if self._parts else _prepare(self._block, self._limits)
        self._kept: KeptByValues[Patch] = KeptByValues()
        self.reads_context = not self._template.is_constant

    def filled(self, context: RuleContext | None) -> Patch:
        """The patch for the values that the variables have now. Raises PatchError with the text of the rule's error."""
        if not self.reads_context or context is None:
            return self._constant or Refused(RuleError("empty mutate rule"))
        try:
            values = self._template.fill_parts(context)
            if self._constant is not None:
                return self._constant
            return self._kept.of([values[index] for index in self._parts], lambda: self._prepared(values))
        except (ExpressionError, ValueError) as error:  # also of values that are not of JSON
            raise RuleError(f"variable substitution failed: {error}") from None

    def _prepared(self, values: Sequence[Any]) -> Patch:
        block = plain(put_together(self._block, values))
        _check_keys(block)
        return _prepare(block, self._limits)


def _parts_of(node: Any) -> Iterator[Part]:
    """The parts of an outline that are filled in late."""
    if isinstance(node, Part):
        yield node
    elif isinstance(node, (dict, list)):
        for below in node.values() if isinstance(node, dict) else node:
            yield from _parts_of(below)


def _check_keys(node: Any) -> None:
    """Raise ExpressionError for a key that no JSON has, of a resource that did not come from JSON."""
    if isinstance(node, dict):
        if not all(isinstance(key, str) for key in node):
            raise ExpressionError(NO_TEXT)
        node = node.values()
    elif not isinstance(node, list):
        return
    for below in node:
        _check_keys(below)


def _prepare(block: Any, limits: Limits) -> Patch:
    """The patch of a mutate block; what is wrong with it is the error of applying it."""
    try:
        return _compile(block, limits)
    except (PolicyError, LimitExceeded) as error:  # also of conditions that are no patterns
        return Refused(error)


def _compile(block: Any, limits: Limits) -> Patch:
    """Upstream: a text that turns out to be something else counts as empty."""
    merge = block.get("patchStrategicMerge") if isinstance(block, dict) else None
    if merge is not None:
        return compile_overlay(merge, limits)
    text = block.get("patchesJson6902") if isinstance(block, dict) else None
    if isinstance(text, str) and text:
        return compile_patch_text(text, limits)
    raise RuleError("empty mutate rule")


class RuleError(PatchError):
    """An error of the rule itself, whose text stands without a prefix."""


class Refused:
    """A patch that cannot be applied to anything."""

    def __init__(self, error: PolicyError | LimitExceeded) -> None:
        self._error = error

    def apply(self, resource: dict[str, Any]) -> Any:  # noqa: ARG002  see Patch
        """Raise the error, as a new one, which has no traceback yet."""
        raise type(self._error)(*self._error.args)


def _below(node: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node
