"""Checks of expressions: elements outside of loops, and what Kyverno lets pass although it cannot work.

Kyverno refuses a policy for a variable whose expression does not parse or asks for what nobody defines. It does not
look at the expressions of loops, at calls of functions that are not there, or at names within expressions; a rule with
one of these is an error for every resource, so it is worth a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.checks.texts import pointer, spot_of, texts
from kyvernopy.engine.checks.variables import MOST_NAMES, rule_scope
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.nodes import (
    Call,
    Current,
    ExpressionReference,
    Field,
    FilterProjection,
    Flatten,
    Index,
    Literal,
    ObjectProjection,
    Pipe,
    Projection,
    Slice,
    SubExpression,
    children,
)
from kyvernopy.policies.reading import near_miss
from kyvernopy.variables.occurrences import VARIABLE, expression_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.engine.checks.spots import Checked, CheckedRule, Spot
    from kyvernopy.engine.checks.texts import Steps
    from kyvernopy.errors import Finding
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.jmespath.nodes import Node

__all__ = ["check_elements", "check_expressions", "root_names"]

# Names that are there without a context entry; loops within loops have numbers.
PREDEFINED = re.compile(r"request|serviceAccountName|serviceAccountNamespace|images?|target|element(Index)?\d*")
KNOWN = ("element", "elementIndex", "images", "request", "serviceAccountName", "serviceAccountNamespace", "target")


# --- Elements (spec 03 §14.5 item 4) ---


def check_elements(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Elements are there in loops only. Upstream: any variable that begins with `element` counts as one."""
    for steps, text in texts(one.document):
        where = pointer(steps) if "{{" in text else ""
        for found in VARIABLE.finditer(text) if where and "/foreach/" not in where else ():
            expression = found[2].replace("{{", "").replace("}}", "").strip()
            if expression.startswith("element"):
                message = f"variable '{expression}' present outside of foreach at path {where}"
                at = spot_of(one.at, steps)
                yield at.error("element-outside-foreach", message, "move it into `foreach`", expression)


# --- What cannot work ---


def check_expressions(checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Expressions that do not parse where Kyverno does not look, unknown functions, and names that nothing defines."""
    # Attestations define names of their own.
    document = {name: part for name, part in one.document.items() if name != "verifyImages"}
    names = set(_entry_names(document))
    scope = rule_scope(one.rule, checked.dialect, background=checked.policy.spec.background is not False)
    for steps, text, is_variable in _expressions(document):
        at = spot_of(one.at, steps)
        try:
            expression = checked.dialect.compile(text)
        except (ExpressionError, LimitExceeded) as error:
            if not is_variable and steps[0] != "context":  # others are errors to Kyverno as well
                excerpt = error.caret if isinstance(error, ExpressionError) else ""
                yield at.warning("broken-expression", f"`{text}` is no expression: {error}", "correct it", excerpt)
            continue
        yield from _check_calls(expression, at)
        if steps[-1] == "list" or (is_variable and scope.allows(text.replace('"', ""))):  # others have been told
            yield from _check_names(expression, at, names)


def _check_calls(expression: Expression, at: Spot) -> Iterator[Finding]:
    for call in expression.unknown_functions:
        advice = near_miss(call.name or "", expression.dialect.functions) or "remove the call"
        excerpt = f"{expression.text}\n{' ' * call.column}^"
        yield at.warning("unknown-function", f"there is no function `{call.name}`", advice, excerpt)


def _check_names(expression: Expression, at: Spot, defined: set[str]) -> Iterator[Finding]:
    for name in root_names(expression.root):
        if name not in defined and not PREDEFINED.fullmatch(name):
            quoted = f'"{name}"' in expression.text
            advice = f"write `'{name}'` for a text" if quoted else "define it in `context`"
            shown = f'"{name}"' if quoted else name
            advice = near_miss(name, (*sorted(defined)[:MOST_NAMES], *KNOWN)) or advice
            yield at.warning("undefined-name", f"nothing defines `{shown}`", advice, expression.text)


def _expressions(document: dict[str, Any]) -> Iterator[tuple[Steps, str, bool]]:
    """Every expression of a rule with the steps to it, and whether it is a variable or stands there without braces.

    Of nested variables only the innermost are expressions before they are filled in.
    """
    for steps, text in texts(document):
        if "{{" in text:
            for found in VARIABLE.finditer(text):
                expression, _ = expression_of(found[2])
                if expression:
                    yield steps, expression, True
        elif text and _is_query(steps):
            yield steps, text, False


def _is_query(steps: Steps) -> bool:
    """Whether the field is a query by itself: the list of a loop, or the path of a context entry."""
    match steps:
        case (*_, "foreach", int(), "list") | (*_, "context", int(), str(), "jmesPath"):
            return True
    return False


def _entry_names(node: Any) -> Iterator[str]:
    """The first parts of the names of all context entries, wherever in a rule they stand."""
    if isinstance(node, dict):
        entries = node.get("context")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                yield entry["name"].partition(".")[0]
        for value in node.values():
            yield from _entry_names(value)
    elif isinstance(node, list):
        for item in node:
            yield from _entry_names(item)


# --- Names ---


def root_names(node: Node) -> Iterator[str]:
    """The names that an expression asks the context itself for, rather than a value found in it."""
    match node:
        case Field(name):
            yield name
        case Current() | Literal() | ExpressionReference():
            return
        case SubExpression(parts) | Pipe(parts):
            yield from root_names(parts[0])
        case Index(left, _) | Slice(left, _, _, _) | Flatten(left):
            yield from root_names(left)
        case Projection(left, _) | ObjectProjection(left, _) | FilterProjection(left, _, _):
            yield from root_names(left)
        case Call(_, arguments, _):
            for argument in arguments:
                yield from root_names(argument)
        case _:
            for child in children(node):
                yield from root_names(child)
