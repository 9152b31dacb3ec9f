"""A function of the dialect: what it is called with, what it gives, and what its calls are refused for (spec 02 §2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, KyvernopyError
from kyvernopy.golang.text import show
from kyvernopy.jmespath.values import ExpRef, as_float, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Function", "function_error", "shown", "wrapped"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `call(*values)`, or `call(run, *values)` where it takes the run.

    `parameters` holds the types that each argument may have: string, number, array, object, array[number],
    array[string], expref, any. A function without parameters takes and ignores all arguments; those of a variadic one
    are not checked. `returns` and `note` are for readers.
    """

    name: str
    call: Callable[..., Any]
    parameters: tuple[tuple[str, ...], ...]
    returns: str
    note: str = ""
    variadic: bool = False
    takes_run: bool = False

    @property
    def signature(self) -> str:
        """The signature as `jp function` prints it."""
        parameters = ", ".join("|".join(types) for types in self.parameters)
        return f"{self.name}({parameters}{'...' if self.variadic else ''}) {self.returns}"

    def check(self, arguments: Sequence[Any]) -> None:
        """Refuse arguments that the signature does not allow."""
        if self.variadic:
            if not arguments and self.parameters:
                raise ExpressionError("Invalid arity.")
            return
        if not self.parameters:
            return
        if len(arguments) != len(self.parameters):
            raise ExpressionError("incorrect number of args")
        for value, types in zip(arguments, self.parameters):  # noqa: B905  their lengths are equal
            if not any([_TYPES[name](value) for name in types]):
                raise _refused(value, types)


def _refused(value: Any, types: tuple[str, ...]) -> ExpressionError:
    expected = ", ".join(f'"{name}"' for name in types)
    return ExpressionError(f"Invalid type for: {shown(value)}, expected: []jmespath.JpType{{{expected}}}")


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_array(value: Any) -> bool:
    return isinstance(value, list)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "number": is_number,
    "string": _is_string,
    "array": _is_array,
    "object": lambda value: isinstance(value, dict),
    "expref": lambda value: isinstance(value, ExpRef),
    "array[number]": lambda value: isinstance(value, list) and all(map(is_number, value)),
    "array[string]": lambda value: isinstance(value, list) and all(map(_is_string, value)),
}


def shown(value: Any) -> str:
    """Go's default format of a value whose numbers are all doubles."""
    return show(_doubles(value))


def _doubles(value: Any) -> Any:
    if isinstance(value, (int, float)) and is_number(value):
        number = as_float(value)
        return number if number - number == 0 else {"inf": "+Inf", "-inf": "-Inf"}.get(str(number), "NaN")
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    return "expression reference" if isinstance(value, ExpRef) else value


def function_error(name: str, text: str) -> ExpressionError:
    """The form that most errors of Kyverno's functions have (spec 02 §3.2)."""
    return ExpressionError(f"JMESPath function '{name}': {text}")


def wrapped(name: str, function: Function | Callable[..., Any]) -> Function:
    """A function that a user gives: as it is, or a plain callable that takes anything and whose failures are errors."""
    if isinstance(function, Function):
        return function

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except KyvernopyError:
            raise
        except Exception as error:  # code of a user may raise anything, and an expression has only errors
            raise function_error(name, str(error) or type(error).__name__) from error

    return Function(name, call, (), "any", variadic=True)
