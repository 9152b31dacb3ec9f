"""An expression: its text, its tree, and the function that they become.

`search` and `evaluate` are no methods but the compiled function itself, so that a path, which is one function, is
searched with one call. An evaluation gets a fresh run only where something in the expression spends from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kyvernopy.errors import LimitExceeded
from kyvernopy.jmespath.comparisons import is_deep
from kyvernopy.jmespath.compiler import Compiler
from kyvernopy.jmespath.nodes import (
    Call,
    Comparison,
    ExpressionReference,
    Field,
    FilterProjection,
    ObjectProjection,
    Projection,
    SubExpression,
    children,
)
from kyvernopy.jmespath.parse import parse
from kyvernopy.jmespath.run import Run
from kyvernopy.jmespath.values import copied

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.nodes import Node

__all__ = ["Expression"]

# Elements of a value that may hold an `&expression`, which no sensible one does.
MOST_SHOWN = 100_000

_SPENDERS = (Call, FilterProjection, ObjectProjection, Projection)


class Expression:
    """A compiled expression; threads may share it.

    `search(data)` gives its value and leaves the data as it is; what fails is an `ExpressionError`, an absent key its
    subclass `NotFound`. `evaluate(data)` is the same, but where `sorts` is true it may sort lists of the data.
    """

    __slots__ = ("dialect", "evaluate", "root", "search", "sorts", "text")

    search: Callable[[Any], Any]
    evaluate: Callable[[Any], Any]

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text, self.dialect = text, dialect
        try:
            self.root: Node = parse(text, dialect.limits)
            nodes = _all_nodes(self.root)
            self.evaluate = _prepared(self.root, nodes, dialect)
        except RecursionError:
            raise _too_deep(dialect) from None
        self.sorts = any(isinstance(node, Call) and node.name == "sort_by" for node in nodes)
        self.search = _on_copy(self.evaluate) if self.sorts else self.evaluate

    @property
    def unknown_functions(self) -> list[Call]:
        """The calls of functions that the dialect does not have."""
        calls = [node for node in _all_nodes(self.root) if isinstance(node, Call)]
        return [call for call in calls if call.name not in self.dialect.functions]

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text, self.dialect)

    def __repr__(self) -> str:
        return f"<Expression {self.text}>"


def _prepared(root: Node, nodes: list[Node], dialect: Dialect) -> Callable[[Any], Any]:
    """The function of the data alone."""
    function = Compiler(dialect.functions).raising(root)
    steps = root.steps if isinstance(root, SubExpression) else (root,)
    if all(isinstance(step, Field) for step in steps):
        return cast("Callable[[Any], Any]", function)  # a path needs no run
    spends = any(isinstance(node, _SPENDERS) or (isinstance(node, Comparison) and is_deep(node)) for node in nodes)
    idle, show = Run(dialect), _shown if _may_give_reference(nodes, dialect) else None

    def evaluate(data: Any) -> Any:
        try:
            value = function(data, Run(dialect) if spends else idle)
        except RecursionError:  # of a stack that was nearly full before
            raise _too_deep(dialect) from None
        return value if show is None else show(value)

    return evaluate


def _too_deep(dialect: Dialect) -> LimitExceeded:
    bound = dialect.limits.expression_depth
    return LimitExceeded("expression_depth", bound + 1, bound)


def _all_nodes(root: Node) -> list[Node]:
    found = [root]
    for node in found:  # the list grows while it is read
        found += children(node)
    return found


def _may_give_reference(nodes: list[Node], dialect: Dialect) -> bool:
    """Whether an `&expression` stands where no function takes it, so that it may be part of the value."""
    references = sum(isinstance(node, ExpressionReference) for node in nodes)
    return references > sum(_taken(node, dialect) for node in nodes if isinstance(node, Call)) if references else False


def _taken(call: Call, dialect: Dialect) -> int:
    """How many arguments of a call are such references and asked for."""
    function = dialect.functions.get(call.name or "")
    pairs = zip(call.arguments, function.parameters if function else ())  # noqa: B905  the call may be wrong
    return sum(isinstance(argument, ExpressionReference) and "expref" in types for argument, types in pairs)


def _shown(value: Any) -> Any:
    """The value as JSON shows it, which is `{}` for a reference."""
    return copied(value, MOST_SHOWN)


def _on_copy(evaluate: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: evaluate(copied(data))
