"""Calls of functions, in the order of the protocol: arguments, name, number of arguments, types, the function (spec 02
§2.6).

A call costs a step, the sizes of its arguments and that of its result. Nothing is refused before a call is reached,
because upstream evaluates `false && nosuch(@)` without complaint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.errors import UnknownFunction, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.jmespath.run import Run

__all__ = ["compile_call"]

Evaluate: TypeAlias = "Callable[[Any, Run], Any]"

_SIZED = (str, list, dict)


def compile_call(name: str | None, arguments: list[Evaluate], functions: Mapping[str, Function]) -> Evaluate:
    """The function of `name(arguments)`."""
    if name is None:
        return _failing(arguments, lambda: ExpressionError("invalid node value type"))
    if name not in functions:
        return _failing(arguments, lambda: UnknownFunction(name, nearest(name, functions)))
    return _calling(functions[name], arguments)


def _failing(arguments: list[Evaluate], error: Callable[[], ExpressionError]) -> Evaluate:
    """What cannot be called; an error of an argument comes first."""

    def fail(value: Any, run: Run) -> Any:
        for argument in arguments:
            argument(value, run)
        raise error()

    return fail


def _calling(function: Function, arguments: list[Evaluate]) -> Evaluate:
    check, call = function.check, function.call
    takes_run, ignores = function.takes_run, not (function.parameters or function.variadic)

    def invoke(value: Any, run: Run) -> Any:
        values = [argument(value, run) for argument in arguments]
        check(values)
        run.spend(1 + sum([len(one) for one in values if isinstance(one, _SIZED)]))
        if ignores:
            values = []
        found = call(run, *values) if takes_run else call(*values)
        if isinstance(found, _SIZED):
            run.spend(len(found))
        return found

    return invoke
