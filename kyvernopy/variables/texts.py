"""Texts with variables, compiled: one variable, a list of pieces, or a first pass; the rest is left to `filling.py`.

Which form a text takes is decided by its braces alone (spec 02 §6.3). A list of pieces is filled in one pass, and that
is all, unless a value brings a variable of its own; then the text is filled again by the general algorithm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.variables.failures import substitution_error
from kyvernopy.variables.filling import as_text, on_delete, shielded
from kyvernopy.variables.occurrences import expression_of, unescape_variables
from kyvernopy.variables.positions import path_text

if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import TypeAlias

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.variables.filling import Filling, Scope
    from kyvernopy.variables.positions import Trail

    Fill: TypeAlias = Callable[[Filling], Any]

__all__ = ["Variable", "text_fill", "whole_variable"]


class Variable:
    """A variable of a text; its expression is compiled when it is first asked."""

    __slots__ = ("_dialect", "_names_object", "_on_delete", "_query", "_trail", "expression", "is_shallow")

    def __init__(self, expression: str, trail: Trail, dialect: Dialect, *, is_shallow: bool) -> None:
        self.expression, self.is_shallow = expression, is_shallow
        self._trail, self._dialect = trail, dialect
        self._names_object = "request.object" in expression
        self._query: str | Expression | None = None
        self._on_delete: str | Expression | None = None

    def path(self, prefix: str) -> str:
        """The path of the text."""
        return path_text(self._trail, prefix)

    def query(self, scope: Scope, prefix: str, operation: str | None) -> Any:
        """The value of the expression."""
        if self._names_object and (scope.query_operation() if operation is None else operation) == "DELETE":
            return self._ask_on_delete(scope, prefix)
        query = self._query
        if query is None:
            query = self._query = self._compiled(self.expression)
        try:
            return scope.query(query)
        except ExpressionError as error:
            raise substitution_error(self.expression, self.path(prefix), error) from None

    def text(self, filling: Filling) -> str:
        """The value inside a longer text."""
        value: Any = self.query(filling.scope, filling.prefix, filling.operation)
        if value.__class__ is str and not self.is_shallow:
            return value
        try:
            return as_text(shielded(value) if self.is_shallow else value, filling.limits)
        except ExpressionError as error:
            raise substitution_error(self.expression, self.path(filling.prefix), error) from None

    def fill(self, filling: Filling) -> Any:
        """The value where the text is this variable and nothing else."""
        value = self.query(filling.scope, filling.prefix, filling.operation)
        if isinstance(value, (dict, list)):
            return filling.read_again(value, self.path(filling.prefix))
        return value

    def _ask_on_delete(self, scope: Scope, prefix: str) -> Any:
        expression = on_delete(self.expression)
        if self._on_delete is None:
            self._on_delete = self._compiled(expression)
        try:
            return scope.query(self._on_delete)
        except ExpressionError as error:
            raise substitution_error(expression, self.path(prefix), error) from None

    def _compiled(self, expression: str) -> str | Expression:
        """The compiled expression, or its text if it is none: the scope then says what is wrong."""
        try:
            return self._dialect.compile(expression) if expression else expression
        except ExpressionError:
            return expression


def whole_variable(text: str, found: list[re.Match[str]], trail: Trail, dialect: Dialect) -> Variable | None:
    """The variable that a text is, or None if it is more, or asks for its own position."""
    if found[0][2] != text:
        return None
    expression, is_shallow = expression_of(text)
    return None if expression == "@" else Variable(expression, trail, dialect, is_shallow=is_shallow)


def text_fill(text: str, found: list[re.Match[str]], trail: Trail, dialect: Dialect) -> Fill:
    """What fills a text that is more than one variable."""
    pieces = _pieces(text, found, trail, dialect)
    if pieces:
        return _pieces_fill(text, pieces, trail)
    one = found[0]
    expression, is_shallow = expression_of(one[2])
    if len(found) > 1 or expression == "@":
        return _any_fill(text, trail)
    variable = Variable(expression, trail, dialect, is_shallow=is_shallow)
    return _nested_fill(text[: one.start()] + one[1], variable, text[one.end() :], trail)


def _pieces(text: str, found: list[re.Match[str]], trail: Trail, dialect: Dialect) -> list[str | Variable]:
    """Literals and variables by turns; nothing if one pass over the text may not be all."""
    pieces: list[str | Variable] = []
    done = 0
    for one in found:
        expression, is_shallow = expression_of(one[2])
        literal = text[done : one.start()] + one[1]
        done = one.end()
        if expression == "@" or "{{" in literal or text.startswith("{", done):
            return []
        pieces += (literal, Variable(expression, trail, dialect, is_shallow=is_shallow))
    return [] if "{{" in text[done:] else [*pieces, text[done:]]


def _pieces_fill(text: str, pieces: list[str | Variable], trail: Trail) -> Fill:
    """A text with plain variables: if what they give holds no variable, one pass is all there is."""
    literals = ["" if isinstance(piece, Variable) else piece for piece in pieces]
    variables = [(index, piece) for index, piece in enumerate(pieces) if isinstance(piece, Variable)]
    length = sum(map(len, literals))

    def fill(filling: Filling) -> Any:
        made, size = literals.copy(), length
        for index, variable in variables:
            made[index] = value = variable.text(filling)
            size += len(value)
            if size > filling.limits.output_size:
                break
        filling.make(size)
        result = "".join(made)
        return filling.text(text, path_text(trail, filling.prefix)) if "{{" in result else result

    return fill


def _nested_fill(before: str, variable: Variable, after: str, trail: Trail) -> Fill:
    """A text with one variable that can be seen, inside another one or beside escapes: the first pass is compiled."""

    def fill(filling: Filling) -> Any:
        text = f"{before}{variable.text(filling)}{after}"
        filling.make(len(text))
        if variable.is_shallow:
            return unescape_variables(text)
        return filling.text(text, path_text(trail, filling.prefix), passes=1)

    return fill


def _any_fill(text: str, trail: Trail) -> Fill:
    def fill(filling: Filling) -> Any:
        return filling.text(text, path_text(trail, filling.prefix))

    return fill
