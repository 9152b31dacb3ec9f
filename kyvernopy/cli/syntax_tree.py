"""The syntax tree of an expression as `jp parse` prints it: the names and the layout of go-jmespath (spec 08 §13).

Our trees hold chains in one node; here each of their parts but the first nests the ones before it, as Go builds them.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.text import quote, show
from kyvernopy.jmespath.nodes import (
    And,
    Call,
    Comparison,
    Current,
    ExpressionReference,
    Field,
    FilterProjection,
    Flatten,
    Index,
    Literal,
    MultiSelectHash,
    MultiSelectList,
    Not,
    ObjectProjection,
    Or,
    Pipe,
    Projection,
    Slice,
    SubExpression,
)
from kyvernopy.jmespath.values import sorted_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.jmespath.nodes import Node

    # Name, value as text or nothing, children.
    Shown = tuple[str, str | None, tuple["Shown", ...]]

__all__ = ["syntax_tree"]

COMPARATORS = {"==": "tEQ", "!=": "tNE", "<": "tLT", "<=": "tLTE", ">": "tGT", ">=": "tGTE"}
IDENTITY = "ASTIdentity", None, ()


def syntax_tree(node: Node) -> str:
    """The tree, in lines."""
    return "".join(_lines(_shown(node), ""))


def _lines(shown: Shown, margin: str) -> Iterator[str]:
    name, value, children = shown
    yield f"{margin}{name} {{\n"
    if value is not None:
        yield f"{margin}  value: {value}\n"
    if children:
        yield f"{margin}  children: {{\n"  # Upstream: this brace is never closed.
        for child in children:
            yield from _lines(child, margin + "    ")
    yield f"{margin}}}\n"


def _shown(node: Node) -> Shown:  # noqa: C901, PLR0912  one branch for each kind of node
    match node:
        case Current():
            return "ASTCurrentNode", None, ()
        case Literal(value):
            return "ASTLiteral", None if value is None else _go_syntax(value), ()
        case Field(name):
            return "ASTField", _go_syntax(name), ()
        case SubExpression(parts):
            return _nested("ASTSubexpression", parts)
        case Pipe(parts):
            return _nested("ASTPipe", parts)
        case Or(parts):
            return _nested("ASTOrExpression", parts)
        case And(parts):
            return _nested("ASTAndExpression", parts)
        case Not(operand):
            return "ASTNotExpression", None, (_shown(operand),)
        case Comparison(operator, left, right):
            return "ASTComparator", COMPARATORS[operator], (_shown(left), _shown(right))
        case Call(name, arguments):
            return "ASTFunctionExpression", None if name is None else _go_syntax(name), tuple(map(_shown, arguments))
        case ExpressionReference(expression):
            return "ASTExpRef", None, (_shown(expression),)
        case MultiSelectList(members):
            return "ASTMultiSelectList", None, tuple(map(_shown, members))
        case MultiSelectHash(pairs):
            shown = tuple(("ASTKeyValPair", _go_syntax(key), (_shown(value),)) for key, value in pairs)
            return "ASTMultiSelectHash", None, shown
        case Index() | Slice() | Flatten() | Projection() | FilterProjection() | ObjectProjection():
            return _projection(node)
        case _:
            assert_never(node)


def _projection(node: Index | Slice | Flatten | Projection | FilterProjection | ObjectProjection) -> Shown:
    """The forms that need no left or right side."""
    left = _side(node.left)
    match node:
        case Index(_, index):
            return "ASTIndexExpression", None, (left, ("ASTIndex", str(index), ()))
        case Slice(_, start, stop, step):
            # Upstream prints addresses of the numbers here.
            bounds = ":".join("" if bound is None else str(bound) for bound in (start, stop, step))
            return "ASTIndexExpression", None, (left, ("ASTSlice", bounds, ()))
        case Flatten():
            return "ASTFlatten", None, (left,)
        case Projection(_, right):
            return "ASTProjection", None, (left, _side(right))
        case FilterProjection(_, condition, right):
            return "ASTFilterProjection", None, (left, _side(right), _shown(condition))
        case ObjectProjection(_, right):
            return "ASTValueProjection", None, (left, _side(right))
        case _:
            assert_never(node)


def _side(node: Node) -> Shown:
    """A side of a projection; our trees do not tell `@` from nothing there."""
    return IDENTITY if isinstance(node, Current) else _shown(node)


def _nested(name: str, parts: tuple[Node, ...]) -> Shown:
    return reduce(lambda left, right: (name, None, (left, right)), map(_shown, parts))


def _go_syntax(value: Any) -> str:
    """A value as Go's `%#v` writes it."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        members = ", ".join(f"{quote(key)}:{_go_syntax(value[key])}" for key in sorted_keys(value))
        return f"map[string]interface {{}}{{{members}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    return show(float(value))
