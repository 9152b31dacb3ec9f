"""One fill of a template: where variables are looked up, what that has cost so far, and the algorithm for any text.

Compiled texts (`texts.py`) answer the common texts. What cannot be foreseen comes here: nested variables, values
that hold variables themselves, escapes, `{{@}}`. All of it is bounded: passes over one text, levels of values that are
read again, characters made, and steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.text import show, type_name
from kyvernopy.jmespath.values import json_text
from kyvernopy.variables.bounds import check_depth
from kyvernopy.variables.failures import SubstitutionError, substitution_error
from kyvernopy.variables.occurrences import VARIABLE, expression_of, replace_in_order, unescape_variables
from kyvernopy.variables.positions import below, object_position

if TYPE_CHECKING:
    import re
    from typing import Protocol

    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.limits import Limits

    class Scope(Protocol):
        """Where variables are looked up: a `Context`, or what stands for one in checks."""

        def query(self, query: str | Expression, /) -> Any:
            """The value of an expression, or an `ExpressionError`."""

        def query_operation(self) -> str:
            """The operation of the request, or an empty text."""


__all__ = ["Filling", "as_text", "checked_key", "on_delete", "shielded"]

MOST_ROUNDS = 64  # values read again while one is read again; a round takes three calls of Python's thousand
VARIABLE_STEPS = 100  # what a query counts where values say how many there are
NODE_CHARACTERS = 8  # what an item of a list or map counts as, beside the characters of its texts
NODE_STEPS = 4  # what looking at an item of a list or map counts
SHOWN = 1_000  # characters of a value that an error shows


def on_delete(expression: str) -> str:
    """The expression that is asked when the operation is DELETE. Upstream: a replacement of text (spec 02 §6.8)."""
    return expression.replace("request.object", "request.oldObject")


def as_text(value: Any, limits: Limits) -> str:
    """A value inside a longer text: a text as it is, all else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json_text(value, limits.output_size)
    except ExpressionError:
        raise ExpressionError(f"failed to marshal {type_name(value)}: {show(value)}") from None


def shielded(value: Any) -> Any:
    """The value of a shallow variable inside a longer text, so that no variable in it is read."""
    if value is None:
        return None
    if not isinstance(value, str):  # Upstream: crashes
        raise ExpressionError(f"`{{{{-` takes a string inside a longer text, not {json_text(value, SHOWN)}")
    return value.replace("{{", "\\{{")


class Filling:
    """The state of one fill. `operation` None: ask the scope; `prefix` stands before all paths."""

    __slots__ = ("_level", "_made", "_rounds", "_steps", "limits", "operation", "prefix", "scope")

    def __init__(self, scope: Scope, prefix: str, operation: str | None, limits: Limits) -> None:
        self.scope, self.prefix, self.operation, self.limits = scope, prefix, operation, limits
        self._level = self._made = self._rounds = self._steps = 0

    # --- Bounds ---

    def make(self, characters: int) -> None:
        """Count what is made on the way to the result."""
        self._made += characters
        if self._made > self.limits.output_size:
            raise LimitExceeded("output_size", self._made, self.limits.output_size)

    def spend(self, steps: int) -> None:
        """Count steps: characters read, nodes visited."""
        self._steps += steps
        if self._steps > self.limits.expression_work:
            raise LimitExceeded("expression_work", self._steps, self.limits.expression_work)

    # --- Texts (spec 02 §6.3) ---

    def text(self, text: str, path: str, passes: int = 0) -> Any:
        """What a text becomes: passes from the inside out, until no variable is left or the text is one variable."""
        most = self.limits.substitution_passes
        for _ in range(passes, most):
            found = list(VARIABLE.finditer(text))
            if not found:
                return unescape_variables(text)
            if found[0][2] == text:
                value = self._query(self._asked(text, path)[0], path)
                return self.read_again(value, path) if isinstance(value, (dict, list)) else value
            text, is_shallow = self._pass(text, found, path)
            if is_shallow:
                return unescape_variables(text)
        if VARIABLE.search(text):
            raise LimitExceeded("substitution_passes", most + 1, most)
        return unescape_variables(text)

    def _pass(self, text: str, found: list[re.Match[str]], path: str) -> tuple[str, bool]:
        """One pass over a text, and whether its last variable was shallow."""
        self.spend(len(text))
        self.make(len(text))
        replaced, is_shallow = [], False
        for one in found:
            expression, is_shallow = self._asked(one[2], path)
            new = one[1] + self._piece(expression, path, is_shallow=is_shallow)
            self.make(len(new))
            replaced.append((one[0], one.start(), one.end(), new))
        return replace_in_order(text, "{{", replaced, self.spend), is_shallow

    def _asked(self, variable: str, path: str) -> tuple[str, bool]:
        """The expression that is asked for a variable, and whether it is shallow."""
        self.spend(VARIABLE_STEPS)
        expression, is_shallow = expression_of(variable)
        if expression == "@":
            expression = self._own_position(path)
        operation = self.scope.query_operation() if self.operation is None else self.operation
        return on_delete(expression) if operation == "DELETE" else expression, is_shallow

    def _own_position(self, path: str) -> str:
        self.spend(len(path))
        try:
            self.scope.query("target")
        except ExpressionError:
            return object_position(path, "request.object")
        return object_position(path, "target")

    def _query(self, expression: str, path: str) -> Any:
        try:
            return self.scope.query(expression)
        except ExpressionError as error:
            raise substitution_error(expression, path, error) from None

    def _piece(self, expression: str, path: str, *, is_shallow: bool) -> str:
        value = self._query(expression, path)
        try:
            return as_text(shielded(value) if is_shallow else value, self.limits)
        except ExpressionError as error:
            raise substitution_error(expression, path, error) from None

    def key(self, key: str, path: str) -> str:
        """What a key becomes: a text; null leaves it as it is."""
        if not isinstance(key, str) or "{{" not in key:  # functions of the user may give any keys
            return key
        return checked_key(key, self.text(key, path))

    # --- Values that are read again (spec 02 §6.2) ---

    def read_again(self, value: Any, path: str) -> Any:
        """A list or object that a variable gave, with the variables in it filled in; the same one if it has none."""
        if not self._mentions_variables(value):
            return value
        self._rounds += 1
        most = min(self.limits.substitution_passes, MOST_ROUNDS)
        if self._rounds > most:
            raise LimitExceeded("substitution_passes", self._rounds, most)
        made = self._walk(value, path)
        self._rounds -= 1
        return made

    def _mentions_variables(self, value: Any) -> bool:
        waiting, visited, most = [value], 0, self.limits.expression_work
        found = False
        while waiting and not found and visited <= most:
            node = waiting.pop()
            visited += NODE_STEPS * len(node)
            members = node
            if isinstance(node, dict):
                found = any(["{{" in key for key in node if isinstance(key, str)])  # noqa: C419  a list is faster here
                members = node.values()
            for member in members:
                if member.__class__ is str:
                    if "{{" in member:
                        found = True
                        break
                elif isinstance(member, (dict, list)):
                    waiting.append(member)
        self.spend(visited)
        return found

    def _walk(self, node: Any, path: str) -> Any:
        if isinstance(node, str):
            return self.text(node, path) if "{{" in node else node
        if not isinstance(node, (dict, list)):
            return node
        self._level += 1
        check_depth(self._level, self.limits)
        self.make(len(node) * NODE_CHARACTERS)
        self.spend(len(node) * len(path))
        made: Any
        if isinstance(node, list):
            made = []
            for index, item in enumerate(node):  # no comprehension: it would be one more call a level
                made.append(self._walk(item, f"{path}/{index}"))
        else:
            made = {}
            for key, item in node.items():
                renamed = self.key(key, path)
                made[renamed] = self._walk(item, below(path, key))
        self._level -= 1
        return made


def checked_key(key: str, renamed: Any) -> str:
    """The text that a key becomes; null leaves it as it is."""
    if isinstance(renamed, str):
        return renamed
    if renamed is None:
        return key
    raise SubstitutionError(f'expected string after substituting variables in key "{key}"', key)
