"""`kyvernopy.substitute`: variables and references of any document, filled in from plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.plain import copy_plain
from kyvernopy.errors import DocumentError, ExpressionError, PolicyError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.providers import Providers
from kyvernopy.variables.context import Context
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.limits import Limits

__all__ = ["context_with", "plain", "substitute"]


def substitute(
    document: Any,
    variables: Mapping[str, Any] | None = None,
    *,
    functions: Mapping[str, Function | Callable[..., Any]] | None = None,
    providers: Providers | Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """A new document with the `$( )` references and `{{ }}` variables of this one filled in.

    A name of `variables` may be dotted: `request.object` is the key `object` below `request`; maps that meet are merged.
    Raises `ExpressionError` for a variable that cannot be filled in, `PolicyError` for data that JSON does not have.
    """
    dialect = Dialect(functions, Providers.of(providers), limits)
    template = compile_template(plain(document, limits), dialect)
    return template.fill(context_with(variables, dialect))


def plain(value: Any, limits: Limits) -> Any:
    """A copy of what the caller gave; PolicyError for data that JSON does not have."""
    try:
        return copy_plain(value, limits)
    except DocumentError as error:
        raise PolicyError([error.finding]) from None


def context_with(variables: Mapping[str, Any] | None, dialect: Dialect) -> Context:
    """A context of these variables."""
    context = Context(dialect)
    for name, value in (variables or {}).items():
        context.add_variable(_checked_name(name), plain(value, dialect.limits))
    return context


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise ExpressionError(f"the name of a variable is a text that is not empty, not {name!r}")
    return name
