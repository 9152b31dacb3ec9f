"""Functions of regular expressions in Go's syntax, and of wildcards (spec 02 §3.3).

A number in the place of a text is read as Kyverno writes it: plain decimal with the digits of a 32-bit float. Compiled
expressions belong to the dialect, as the same few are asked of every element of a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.conversions import single_text
from kyvernopy.jmespath.functions.outside import provider_of
from kyvernopy.jmespath.functions.signature import Function, function_error
from kyvernopy.jmespath.values import as_float
from kyvernopy.kubernetes.wildcards import matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]

_Text: TypeAlias = "str | float"


def _text(value: _Text) -> str:
    return value if isinstance(value, str) else single_text(as_float(value))


def _regex_match(run: Run, pattern: str, value: _Text) -> bool:
    from kyvernopy.golang.regex import RegexError  # noqa: PLC0415  few expressions have one

    try:
        regex = run.dialect.regex(pattern)
    except RegexError as error:
        raise ExpressionError(str(error)) from None
    return regex.search(_text(value))


def _regex_replace(name: str, *, expand: bool) -> Callable[[Run, str, _Text, _Text], str]:
    def call(run: Run, pattern: str, value: _Text, replacement: _Text) -> str:
        from kyvernopy.golang.regex import RegexError  # noqa: PLC0415  few expressions have one

        try:
            regex = run.dialect.regex(pattern)
        except RegexError as error:
            raise function_error(name, str(error)) from None
        return regex.replace(_text(value), _text(replacement), expand=expand)

    return call


def _pattern_match(pattern: str, value: _Text) -> bool:
    return matches(pattern, _text(value))


def _is_below(number: object, bound: int) -> bool:
    return isinstance(number, int) and 0 <= number < bound


def _random(run: Run, pattern: str) -> str:
    from kyvernopy.golang.random_text import random_text  # noqa: PLC0415  rarely called
    from kyvernopy.golang.regex import RegexError  # noqa: PLC0415

    if not pattern:
        raise ExpressionError("no pattern provided")
    try:
        return random_text(pattern, provider_of(run, "random", "random", _is_below), run.limits)
    except RegexError as error:
        raise ExpressionError(str(error)) from None


_TEXT, _TEXT_OR_NUMBER = ("string",), ("string", "number")

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "pattern_match",
        _pattern_match,
        (_TEXT, _TEXT_OR_NUMBER),
        "bool",
        "Whether a pattern with the wildcards `*` and `?` matches a whole text or number.",
    ),
    Function(
        "random",
        _random,
        (_TEXT,),
        "string",
        "A text that a regular expression matches, drawn with the provider `random`.",
        takes_run=True,
    ),
    Function(
        "regex_match",
        _regex_match,
        (_TEXT, _TEXT_OR_NUMBER),
        "bool",
        "Whether a regular expression matches anywhere in a text or number.",
        takes_run=True,
    ),
    Function(
        "regex_replace_all",
        _regex_replace("regex_replace_all", expand=True),
        (_TEXT, _TEXT_OR_NUMBER, _TEXT_OR_NUMBER),
        "string",
        "The text with every match of a regular expression replaced; `$1`, `${1}` and `$name` stand for groups.",
        takes_run=True,
    ),
    Function(
        "regex_replace_all_literal",
        _regex_replace("regex_replace_all_literal", expand=False),
        (_TEXT, _TEXT_OR_NUMBER, _TEXT_OR_NUMBER),
        "string",
        "The text with every match of a regular expression replaced by a text that is taken as it is.",
        takes_run=True,
    ),
)
