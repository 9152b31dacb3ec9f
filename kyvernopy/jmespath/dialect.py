"""A dialect: the functions, providers and limits that the expressions of one policy set share, and a cache of them."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.providers import NO_PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.golang.regex import Regex
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.limits import Limits
    from kyvernopy.providers import Providers

__all__ = ["Dialect"]

# Expressions that a dialect keeps compiled; texts that substitution makes at run time must not pile up.
MOST_KEPT = 1024


class Dialect:
    """What the expressions of one policy set have in common; `functions` are added to the built-in ones.

    Parser and functions are imported with the first expression: sets of plain patterns do without.
    """

    __slots__ = (
        "_functions",
        "_own",
        "compile",
        "default_registry",
        "limits",
        "providers",
        "regex",
        "registry_mutation",
    )

    compile: Callable[[str], Expression]
    regex: Callable[[str], Regex]

    def __init__(
        self,
        functions: Mapping[str, Function | Callable[..., Any]] | None = None,
        providers: Providers = NO_PROVIDERS,
        limits: Limits = DEFAULT_LIMITS,
        default_registry: str = "docker.io",
        *,
        registry_mutation: bool = True,
    ) -> None:
        self._own = dict(functions or {})
        self._functions: Mapping[str, Function] | None = None
        self.providers, self.limits = providers, limits
        self.default_registry, self.registry_mutation = default_registry, registry_mutation
        self.compile = lru_cache(MOST_KEPT)(self._compile)  # safe with threads; errors are not kept
        self.regex = lru_cache(MOST_KEPT)(self._compile_regex)

    @property
    def functions(self) -> Mapping[str, Function]:
        """All functions by name."""
        functions = self._functions
        if functions is None:
            from kyvernopy.jmespath.functions import BUILTIN  # noqa: PLC0415  see above
            from kyvernopy.jmespath.functions.signature import wrapped  # noqa: PLC0415  see above

            own = {name: wrapped(name, function) for name, function in self._own.items()}
            functions = self._functions = MappingProxyType({**BUILTIN, **own}) if own else BUILTIN
        return functions

    def with_registry(self, registry: str, *, mutation: bool) -> Dialect:
        """The same dialect with another default registry."""
        return Dialect(self._own, self.providers, self.limits, registry, registry_mutation=mutation)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._own, self.providers, self.limits, self.default_registry, self.registry_mutation)

    def _compile(self, text: str) -> Expression:
        from kyvernopy.jmespath.expression import Expression  # noqa: PLC0415  see above

        return Expression(text, self)

    def _compile_regex(self, pattern: str) -> Regex:
        from kyvernopy.golang.regex import compile_regex  # noqa: PLC0415  few expressions have one

        return compile_regex(pattern, self.limits)


def _restore(own: Any, providers: Providers, limits: Limits, registry: str, mutation: bool) -> Dialect:  # noqa: FBT001  pickle passes by position
    return Dialect(own, providers, limits, registry, registry_mutation=mutation)
