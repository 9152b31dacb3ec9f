"""Calls of functions, in the order of spec 02 §2.6: arguments, name, number of arguments, their types, the function.

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
    function = functions[name]
    complaint = function.misses(len(arguments))
    if complaint:
        return _failing(arguments, lambda: ExpressionError(complaint))
    if len(arguments) == 1 and function.parameters and not function.takes_run:
        return _calling_with_one(function, arguments[0])
    return _calling(function, arguments)


def _failing(arguments: list[Evaluate], error: Callable[[], ExpressionError]) -> Evaluate:
    """What cannot be called; an error of an argument comes first."""

    def fail(value: Any, run: Run) -> Any:
        for argument in arguments:
            argument(value, run)
        raise error()

    return fail


def _calling(function: Function, arguments: list[Evaluate]) -> Evaluate:
    call, tests = function.call, function.tests(len(arguments))
    takes_run, ignores = function.takes_run, not (function.parameters or function.variadic)

    def invoke(value: Any, run: Run) -> Any:
        values = [argument(value, run) for argument in arguments]
        cost = 1
        for place, test in enumerate(tests):
            one = values[place]
            if not test(one):
                raise function.refusal(place, one)
            if isinstance(one, _SIZED):
                cost += len(one)
        run.left -= cost
        if run.left < 0:
            run.spend(0)
        if ignores:
            values = []
        found = call(run, *values) if takes_run else call(*values)
        if isinstance(found, _SIZED):
            run.spend(len(found))
        return found

    return invoke


def _calling_with_one(function: Function, argument: Evaluate) -> Evaluate:
    """The same for the many functions of one argument."""
    call, [test] = function.call, function.tests(1)

    def invoke(value: Any, run: Run) -> Any:
        one = argument(value, run)
        if not test(one):
            raise function.refusal(0, one)
        run.left -= 1 + len(one) if isinstance(one, _SIZED) else 1
        if run.left < 0:
            run.spend(0)
        found = call(one)
        if isinstance(found, _SIZED):
            run.spend(len(found))
        return found

    return invoke
