"""What rules are compiled with, beside the policies: the dialect, exceptions and the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import DEFAULT_LIMITS, Limits
from kyvernopy.providers import Providers
from kyvernopy.variables.deferred import Mention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kyvernopy.engine.configuration import Configuration
    from kyvernopy.jmespath.functions.signature import Function
    from kyvernopy.policies.exceptions import PolicyException

__all__ = ["Functions", "Settings"]

Functions: TypeAlias = "Mapping[str, Function | Callable[..., Any]]"


@dataclass(frozen=True, slots=True)
class Settings:
    """Shared by all rules of a set of policies."""

    dialect: Dialect
    exceptions: tuple[PolicyException, ...] = ()
    configuration: Configuration | None = None
    # Bytes of JSON that the context entries of a rule may take; None for the bound of the limits.
    context_size: int | None = None
    # Every context defers the images of its resource; who mentions them is remembered here.
    images: Mention = field(default_factory=lambda: Mention("images"))

    @classmethod
    def of(
        cls,
        functions: Functions | None = None,
        providers: Providers | Mapping[str, Any] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Settings:
        """The settings of policies that are loaded with these."""
        return cls(Dialect(functions, Providers.of(providers), limits))

    @property
    def limits(self) -> Limits:
        """The bounds."""
        return self.dialect.limits

    def with_exceptions(self, exceptions: Iterable[PolicyException]) -> Settings:
        """The settings with more exceptions."""
        return replace(self, exceptions=(*self.exceptions, *exceptions))

    def with_configuration(self, configuration: Configuration) -> Settings:
        """The settings under a configuration, which also says how images are read."""
        registry, mutation = configuration.default_registry, configuration.registry_mutation
        dialect = self.dialect.with_registry(registry, mutation=mutation)
        size = configuration.context_size
        return replace(self, dialect=dialect, configuration=configuration, context_size=size)
