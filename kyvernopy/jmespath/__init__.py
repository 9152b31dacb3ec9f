"""Kyverno's dialect of JMESPath: `search(expression, data)`, and `compile(expression)` for many searches.

It is the language of the `jmespath` package with Kyverno's functions, and with an error where that package gives null
for an absent key (spec 02 §2.3): `a.b || 'x'` and `a.b[]` say what is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.errors import NotFound
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.limits import Limits
    from kyvernopy.providers import Providers

__all__ = ["Expression", "Function", "NotFound", "compile", "search"]


def compile(  # noqa: A001  the name that the `jmespath` package has for it
    expression: str,
    *,
    functions: Mapping[str, Function | Callable[..., Any]] | None = None,
    providers: Providers | Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Expression:
    """An expression to search with; `functions` are added to the built-in ones."""
    from kyvernopy.jmespath.dialect import Dialect  # noqa: PLC0415  values of the language are used without it
    from kyvernopy.providers import Providers  # noqa: PLC0415  as above

    return Dialect(functions, Providers.of(providers), limits).compile(expression)


def search(
    expression: str,
    data: Any,
    *,
    functions: Mapping[str, Function | Callable[..., Any]] | None = None,
    providers: Providers | Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """The value of an expression on data, which stays as it is."""
    return compile(expression, functions=functions, providers=providers, limits=limits).search(data)


_HOMES = {"Expression": "expression", "Function": "functions.signature", "NotFound": "errors"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module  # noqa: PLC0415  most imports do without

        return getattr(import_module(f"kyvernopy.jmespath.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kyvernopy.jmespath' has no attribute {name!r}")
