"""Trees to functions: one closure a node, `(value, run) -> value`.

Where a key is absent, a form either passes the error on or takes it for null; which of them is decided here, by the
place of a node (the table of spec 02 §2.3), not while evaluating. So each node is compiled as `raising` or as
`or_null`, and an absent key on the left of `||` is never an exception. Only projections and functions use the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.exhaustive import assert_never
from kyvernopy.jmespath import projections
from kyvernopy.jmespath.calls import compile_call
from kyvernopy.jmespath.comparisons import compile_comparison
from kyvernopy.jmespath.errors import NotFound
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
from kyvernopy.jmespath.paths import null_path, raising_path
from kyvernopy.jmespath.values import ExpRef, copied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.jmespath.nodes import Node
    from kyvernopy.jmespath.run import Run

__all__ = ["Compiler", "Evaluate"]

Evaluate: TypeAlias = "Callable[[Any, Run], Any]"


class Compiler:
    """Compiles the nodes of one expression."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    def raising(self, node: Node) -> Evaluate:
        """The function of a node where an absent key is the error of the whole."""
        match node:
            case Field(name):
                return raising_path((name,))
            case SubExpression(steps):
                return _sequence(self._steps(steps, raising=True))
            case Index(left, index):
                return _index(self.raising(left), index)
            case And(operands):
                return _and([self.or_null(operand) for operand in operands[:-1]], self.raising(operands[-1]))
            case _:
                return self.or_null(node)

    def or_null(self, node: Node) -> Evaluate:  # noqa: C901, PLR0912  one case for each node
        """The function of a node where an absent key gives null."""
        match node:
            case Current():
                return _current
            case Literal(value):
                return _literal(value)
            case Field(name):
                return null_path((name,))
            case SubExpression(steps):
                return self._sub_expression_or_null(steps)
            case Index(left, index):
                return _index(self.or_null(left), index)
            case Slice(left, start, stop, step):
                return projections.sliced(self.or_null(left), slice(start, stop, step))
            case Projection(Flatten(left), right):
                return projections.flattened(self._unless_error(left), self._each(right))
            case Projection(left, right):
                return projections.projection(self.or_null(left), self._each(right))
            case FilterProjection(left, condition, right):
                return projections.filtered(self._unless_error(left), self.or_null(condition), self._each(right))
            case ObjectProjection(left, right):
                return projections.members(self._unless_error(left), self._each(right))
            case Flatten():
                raise TypeError("a flattening is the left side of a projection")
            case MultiSelectList(members):
                return _multi_select_list([self.or_null(member) for member in members])
            case MultiSelectHash(members):
                return _multi_select_hash([(key, self.or_null(member)) for key, member in members])
            case Pipe(stages):
                return _sequence([self.or_null(stage) for stage in stages])
            case Or(operands):
                return _or([self.or_null(operand) for operand in operands])
            case And(operands):
                return _and([self.or_null(operand) for operand in operands[:-1]], self.or_null(operands[-1]))
            case Not(operand):
                return _not(self.or_null(operand))
            case Comparison(operator, left, right):
                return compile_comparison(operator, left, right, self.or_null)
            case Call(name, arguments, _):
                return compile_call(name, [self.or_null(argument) for argument in arguments], self._functions)
            case ExpressionReference(expression):
                return _expression_reference(self.or_null(expression))
            case _:
                assert_never(node)

    # --- Steps after one another ---

    def _steps(self, steps: tuple[Node, ...], *, raising: bool) -> list[Evaluate]:
        """The steps of a sub-expression, with fields that follow one another in one function."""
        functions: list[Evaluate] = []
        names: list[str] = []
        for step in (*steps, None):
            if isinstance(step, Field):
                names.append(step.name)
                continue
            if names:
                functions.append(raising_path(tuple(names)) if raising else null_path(tuple(names)))
                names = []
            if step is not None:
                functions.append(self.raising(step) if raising else self.or_null(step))
        return functions

    def _sub_expression_or_null(self, steps: tuple[Node, ...]) -> Evaluate:
        """An absent key makes the whole null. Where later steps make null of null, it may take their way to get there."""
        if all(map(_keeps_null, steps[1:])):
            return _sequence(self._steps(steps, raising=False))
        evaluate = _sequence(self._steps(steps, raising=True))

        def sub_expression(value: Any, run: Run) -> Any:
            try:
                return evaluate(value, run)
            except NotFound:
                return None

        return sub_expression

    def _each(self, right: Node) -> Evaluate | None:
        """The right side of a projection; None where it is the element itself."""
        return None if isinstance(right, Current) else self.or_null(right)

    def _unless_error(self, node: Node) -> Evaluate:
        """The function of a node where every error gives null, but for a crossed limit."""
        evaluate = self.or_null(node)
        if _is_safe(node):
            return evaluate

        def unless_error(value: Any, run: Run) -> Any:
            try:
                return evaluate(value, run)
            except ExpressionError:
                return None

        return unless_error


def _keeps_null(node: Node) -> bool:
    """Whether a node gives null on null, whatever happens."""
    match node:
        case Current() | Field() | MultiSelectList() | MultiSelectHash():
            return True
        case Index(left, _) | Slice(left, _, _, _) | Flatten(left):
            return _keeps_null(left)
        case Projection(left, _) | FilterProjection(left, _, _) | ObjectProjection(left, _):
            return _keeps_null(left)
        case SubExpression(steps):
            return all(map(_keeps_null, steps))
    return False


def _is_safe(node: Node) -> bool:
    """Whether a node never fails once absent keys are null: nothing but steps into the value."""
    match node:
        case Current() | Field():
            return True
        case Index(left, _) | Flatten(left):
            return _is_safe(left)
        case SubExpression(parts) | MultiSelectList(parts):
            return all(map(_is_safe, parts))
        case Projection(left, right):
            return _is_safe(left) and _is_safe(right)
    return False


# --- One function for each form ---


def _current(value: Any, _run: Run) -> Any:
    return value


def _literal(value: Any) -> Evaluate:
    """A constant. Lists and objects are copied, because results belong to the caller and `sort_by` changes its list."""
    if not isinstance(value, (list, dict)):
        return lambda _value, _run: value
    if any(isinstance(child, (list, dict)) for child in (value.values() if isinstance(value, dict) else value)):
        return lambda _value, _run: copied(value)
    copy = value.copy
    return lambda _value, _run: copy()


def _sequence(steps: list[Evaluate]) -> Evaluate:
    """Each step on what the one before it gives."""
    match steps:
        case [only]:
            return only
        case [first, second]:
            return lambda value, run: second(first(value, run), run)
        case [first, second, third]:
            return lambda value, run: third(second(first(value, run), run), run)

    def sequence(value: Any, run: Run) -> Any:
        for step in steps:
            value = step(value, run)
        return value

    return sequence


def _index(left: Evaluate, index: int) -> Evaluate:
    def element(value: Any, run: Run) -> Any:
        found = left(value, run)
        if isinstance(found, list):
            try:
                return found[index]
            except IndexError:
                pass
        return None

    return element


def _or(operands: list[Evaluate]) -> Evaluate:
    *others, last = operands

    def first_true(value: Any, run: Run) -> Any:
        for operand in others:
            found = operand(value, run)
            if found or (found == 0 and found is not False):  # true, or zero (spec 02 §1.1)
                return found
        return last(value, run)

    return first_true


def _and(others: list[Evaluate], last: Evaluate) -> Evaluate:
    def first_false(value: Any, run: Run) -> Any:
        for operand in others:
            found = operand(value, run)
            if not (found or (found == 0 and found is not False)):
                return found
        return last(value, run)

    return first_false


def _not(operand: Evaluate) -> Evaluate:
    def negated(value: Any, run: Run) -> bool:
        found = operand(value, run)
        return not (found or (found == 0 and found is not False))

    return negated


def _multi_select_list(members: list[Evaluate]) -> Evaluate:
    def selected(value: Any, run: Run) -> list[Any] | None:
        return None if value is None else [member(value, run) for member in members]

    return selected


def _multi_select_hash(members: list[tuple[str, Evaluate]]) -> Evaluate:
    def selected(value: Any, run: Run) -> dict[str, Any] | None:
        return None if value is None else {key: member(value, run) for key, member in members}

    return selected


def _expression_reference(evaluate: Evaluate) -> Evaluate:
    return lambda _value, run: ExpRef(evaluate, run)
