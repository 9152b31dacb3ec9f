"""Conditions of a policy become functions of the context (spec 03 §4.1, §4.2).

Everything that needs no resource is done once: the operator is found, values without variables are prepared, keys
without variables are kept. What is left of a condition is to fill in its variables and to ask its operator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions.operand import Operand
from kyvernopy.engine.conditions.operators import MEMBERSHIPS, find_operator, unknown_operator
from kyvernopy.engine.conditions.values import doubles, scalar
from kyvernopy.errors import ExpressionError, KyvernopyError
from kyvernopy.explanations import Explanation
from kyvernopy.golang.text import show
from kyvernopy.policies.model import Condition, Conditions
from kyvernopy.variables.template import Part, compile_template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context

__all__ = ["CompiledCondition", "CompiledConditions", "compile_conditions"]


def compile_conditions(
    conditions: Conditions | Sequence[Condition | Conditions] | None, dialect: Dialect
) -> CompiledConditions | None:
    """Conditions in any form: a block, a list of conditions, a list of blocks; None where there are none."""
    if conditions is None:
        return None
    if isinstance(conditions, Conditions):
        return CompiledConditions((Block(conditions, dialect),), separator="")
    parts = [
        Block(part, dialect) if isinstance(part, Conditions) else CompiledCondition(part, dialect)
        for part in conditions
    ]
    return CompiledConditions(tuple(parts), separator=";")


class Side:
    """The key or the value of a condition: plain data, or a template that is filled in for each decision."""

    __slots__ = ("_is_listed", "_name", "document", "literal", "template")

    def __init__(self, name: str, document: Any, dialect: Dialect, *, is_listed: bool) -> None:
        template = compile_template(document, dialect)
        self._name = name
        self._is_listed = is_listed
        self.document = document
        self.template = None if template.is_constant else template
        self.literal = scalar(template.outline) if template.is_constant else None

    def found(self, context: Context) -> Any:
        """The value in a context; ExpressionError if a variable has none."""
        template = self.template
        if template is None:
            return self.literal
        try:
            value = template.fill(context)
        except ExpressionError as error:
            message = f"failed to substitute variables in condition {self._name}: {error}"
            raise ExpressionError(message, error.expression, error.column) from error
        # Only the operators for lists can tell an integer from the same double.
        return yielded(template.outline, value) if self._is_listed else scalar(value)


def yielded(outline: Any, value: Any) -> Any:
    """The value with doubles where a variable gave it; a literal keeps its integers."""
    if isinstance(outline, Part):
        return value if value.__class__ is str else doubles(value)
    if isinstance(outline, list) and isinstance(value, list):
        return [yielded(*pair) for pair in zip(outline, value, strict=True)]
    if isinstance(outline, dict) and isinstance(value, dict):
        return {key: yielded(outline[key], item) for key, item in value.items()}
    return value


class CompiledCondition:
    """One condition."""

    __slots__ = ("_key", "_limits", "_operand", "_operator", "_test", "_value", "message")

    def __init__(self, condition: Condition, dialect: Dialect) -> None:
        test = find_operator(condition.operator)
        is_listed = test in MEMBERSHIPS.values()
        self._limits = dialect.limits
        self._operator = condition.operator
        self._test = test
        self._key = Side("key", condition.key, dialect, is_listed=is_listed)
        self._value = Side("value", condition.value, dialect, is_listed=is_listed)
        constant = self._value.template is None
        self._operand = Operand(self._value.literal, dialect.limits, prepared=True) if constant else None
        self.message = condition.message

    @property
    def is_constant(self) -> bool:
        """Whether the condition asks nothing of a context."""
        return self._key.template is None and self._value.template is None

    def holds(self, context: Context) -> bool:
        """Whether it holds; ExpressionError with the text that Kyverno gives."""
        key = self._key.found(context)
        operand = self._operand or self._operand_in(context)
        if self._test is None:
            raise unknown_operator()  # Upstream: an operator is looked up after the variables
        return self._test(key, operand)

    def _operand_in(self, context: Context) -> Operand:
        return Operand(self._value.found(context), self._limits)

    def explain(self, context: Context) -> Explanation:
        """What was compared, and the result."""
        key, expected, outcome, message = None, self._value.document, "error", self.message
        try:
            key = self._key.found(context)
            expected = (self._operand or self._operand_in(context)).value
            outcome = "true" if self.holds(context) else "false"
        except KyvernopyError as error:
            # Below the text that Kyverno gives, as messages are compared with it, the spot in the expression.
            message = f"{error}\n{getattr(error, 'caret', '')}".rstrip()
        title = f"{show(self._key.document)} {self._operator}"
        return Explanation(outcome, title=title, message=message, expected=expected, found=key)


class Block:
    """`any` and `all` together."""

    __slots__ = ("_all", "_any", "_silent")

    def __init__(self, block: Conditions, dialect: Dialect) -> None:
        self._any = None if block.any is None else [CompiledCondition(one, dialect) for one in block.any]
        self._all = [CompiledCondition(one, dialect) for one in block.all or ()]
        self._silent = not any(one.message for one in (*(self._any or ()), *self._all))

    @property
    def is_constant(self) -> bool:
        """Whether no condition asks anything of a context."""
        return all(condition.is_constant for condition in (*(self._any or ()), *self._all))

    def holds(self, context: Context) -> tuple[bool, str]:
        """Whether both parts hold, and the messages of all conditions that came out so."""
        # Upstream: `any: []` is false, though an absent one is true; `all` is asked even where `any` is false.
        if self._silent:
            one = self._any is None or _one_is(self._any, context, until=True)
            return not _one_is(self._all, context, until=False) and one, ""
        messages: tuple[list[str], list[str]] = ([], [])  # of those that do not hold, and of those that do
        one = self._any is None or _ask(self._any, context, messages, until=True)
        result = not _ask(self._all, context, messages, until=False) and one
        return result, "; ".join(filter(None, messages[result]))

    def holds_exception(self, context: Context) -> bool:
        """The same for an exception: `all` first, and an empty `any` is as good as none."""
        if not all(condition.holds(context) for condition in self._all):
            return False
        return not self._any or any(condition.holds(context) for condition in self._any)

    def explain(self, context: Context) -> list[Explanation]:
        """The parts, with the conditions that were asked."""
        found = [] if self._any is None else [_explain("any", self._any, context, until=True)]
        if self._all and not (found and found[0].outcome == "error"):
            found.append(_explain("all", self._all, context, until=False))
        return found


def _one_is(conditions: list[CompiledCondition], context: Context, *, until: bool) -> bool:
    """Whether one of the conditions comes out as `until`; those after it are not asked."""
    for condition in conditions:  # noqa: SIM110  a generator takes twice as long
        if condition.holds(context) is until:
            return True
    return False


def _ask(
    conditions: list[CompiledCondition], context: Context, messages: tuple[list[str], list[str]], *, until: bool
) -> bool:
    """The same, with the messages of those that were asked."""
    for condition in conditions:
        holds = condition.holds(context)
        messages[holds].append(condition.message)
        if holds is until:
            return True
    return False


def _explain(name: str, conditions: list[CompiledCondition], context: Context, *, until: bool) -> Explanation:
    """The same, with what each condition compared."""
    children: list[Explanation] = []
    decisive = "true" if until else "false"
    for condition in conditions:
        children.append(condition.explain(context))
        if children[-1].outcome in (decisive, "error"):
            return Explanation(children[-1].outcome, title=name, children=tuple(children))
    return Explanation("false" if until else "true", title=name, children=tuple(children))


class CompiledConditions:
    """Conditions in one of their forms. A list holds if all of it does; `separator` joins the messages of a list.

    `holds(context)` tells whether the conditions hold, and the messages of those that decided; ExpressionError if one
    cannot be asked.
    """

    __slots__ = ("_parts", "_separator", "holds")

    holds: Callable[[Context], tuple[bool, str]]

    def __init__(self, parts: tuple[Block | CompiledCondition, ...], separator: str) -> None:
        self._parts = parts
        self._separator = separator
        [first, *others] = parts or (None,)
        self.holds = first.holds if isinstance(first, Block) and not others else self._all_hold

    @property
    def is_constant(self) -> bool:
        """Whether no condition asks anything of a context."""
        return all(part.is_constant for part in self._parts)

    def _all_hold(self, context: Context) -> tuple[bool, str]:
        messages = []
        for part in self._parts:
            if isinstance(part, Block):
                holds, message = part.holds(context)
            else:
                holds, message = part.holds(context), part.message
            if not holds:
                return False, message
            if message:
                messages.append(message)
        return True, self._separator.join(messages)

    def holds_exception(self, context: Context) -> bool:
        """Whether an exception with these conditions applies."""
        return all(
            part.holds_exception(context) if isinstance(part, Block) else part.holds(context) for part in self._parts
        )

    def explain(self, context: Context) -> list[Explanation]:
        """What was compared, as far as it was asked: outcome `true`, `false` or `error`, the key found, the value."""
        found: list[Explanation] = []
        for part in self._parts:
            explained = part.explain(context) if isinstance(part, Block) else [part.explain(context)]
            found += explained
            if any(one.outcome != "true" for one in explained):
                break
        return found
