"""A function of the dialect: what it is called with, what it gives, and what its calls are refused for (spec 02 §2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError, KyvernopyError
from kyvernopy.golang.text import show
from kyvernopy.jmespath.values import ExpRef, as_float, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Function", "function_error", "shown", "wrapped"]

Test: TypeAlias = "Callable[[Any], bool]"


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

    def misses(self, count: int) -> str:
        """What is said of so many arguments; empty where they may be so many."""
        if self.variadic:
            return "" if count or not self.parameters else "Invalid arity."
        return "" if not self.parameters or count == len(self.parameters) else "incorrect number of args"

    def tests(self, count: int) -> list[Test]:
        """A test for each of so many arguments, which may be so many."""
        return [_any] * count if self.variadic or not self.parameters else list(map(_test_of, self.parameters))

    def refusal(self, place: int, value: Any) -> ExpressionError:
        """The error of an argument that failed its test."""
        expected = ", ".join(f'"{name}"' for name in self.parameters[place])
        return ExpressionError(f"Invalid type for: {shown(value)}, expected: []jmespath.JpType{{{expected}}}")


# --- Types ---


def _any(_: Any) -> bool:
    return True


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_array(value: Any) -> bool:
    return isinstance(value, list)


_TYPES: dict[str, Test] = {
    "any": _any,
    "number": is_number,
    "string": _is_string,
    "array": _is_array,
    "object": lambda value: isinstance(value, dict),
    "expref": lambda value: isinstance(value, ExpRef),
    "array[number]": lambda value: isinstance(value, list) and all(map(is_number, value)),
    "array[string]": lambda value: isinstance(value, list) and all(map(_is_string, value)),
}


def _test_of(types: tuple[str, ...]) -> Test:
    """The test of a parameter that may have one of these types."""
    tests = [_TYPES[name] for name in types]
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


# --- Texts of errors ---

# A value that an expression builds of a few shared parts may be of any size and depth; its text in an error is not.
MOST_SHOWN, DEEPEST_SHOWN = 10_000, 100


def shown(value: Any) -> str:
    """Go's default format of a value whose numbers are all doubles; a very large one is cut."""
    return show(_doubles(value, [MOST_SHOWN], DEEPEST_SHOWN))


def _doubles(value: Any, left: list[int], levels: int) -> Any:
    if isinstance(value, (list, dict)):
        left[0] -= len(value)
        if left[0] < 0 or not levels:
            return "..."
        if isinstance(value, list):
            return [_doubles(item, left, levels - 1) for item in value]
        return {key: _doubles(item, left, levels - 1) for key, item in value.items()}
    if is_number(value):
        number = as_float(value)
        return number if number - number == 0 else {"inf": "+Inf", "-inf": "-Inf"}.get(str(number), "NaN")
    return "expression reference" if isinstance(value, ExpRef) else value


def function_error(name: str, text: str) -> ExpressionError:
    """The form that most errors of Kyverno's functions have (spec 02 §3.2)."""
    return ExpressionError(f"JMESPath function '{name}': {text}")


def wrapped(name: str, function: Function | Callable[..., Any]) -> Function:
    """A function that a user gives: as it is, or a plain callable that takes anything and whose failures are errors."""
    if isinstance(function, Function):
        return function
    return Function(name, _Wrapped(name, function), (), "any", variadic=True)


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A plain callable, of which an expression sees only errors of its own kind; it pickles where the callable does."""

    name: str
    function: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.function(*arguments)
        except KyvernopyError:
            raise
        except Exception as error:  # code of a user may raise anything
            raise function_error(self.name, str(error) or type(error).__name__) from error
