"""Entries of kind `globalReference`: the value of a GlobalContextEntry or of one of its projections (spec 02 §5.5).

They are read again whenever a scope is left: it is the provider that remembers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.variables.entries.entry import EntryError, ask, filler, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load

__all__ = ["compile_global_reference"]


@dataclass(frozen=True, slots=True)
class GlobalReference:
    """Which entry, and the path into its value."""

    name: str
    fill: Callable[[Context], Any]

    def load(self, context: Context) -> None:
        """Put the value into the context."""
        try:
            value = self._value(context)
        except ExpressionError as error:
            raise EntryError(f"failed to marshal APICall data for context entry {self.name}: {error}") from None
        try:
            context.merge_entry(self.name, value)
        except ExpressionError as error:
            raise EntryError(f"failed to add resource cache results for context entry {self.name}: {error}") from None

    def _value(self, context: Context) -> Any:
        spec = self.fill(context)
        # Upstream: parts behind the second are dropped.
        entry, *projection = text_of(spec, "name", self.name).split(".")[:2]
        value = fetched(context, entry, ".".join([entry, *projection]))
        path = text_of(spec, "jmesPath", self.name)
        if not path:
            return value
        try:
            return context.dialect.compile(path).search(value)
        except ExpressionError as error:
            raise EntryError(f"failed to apply JMESPath {path} for context entry {self.name}: {error}") from None


def fetched(context: Context, entry: str, name: str) -> Any:
    """The value under a name; a KeyError of the provider says that there is no such entry."""
    provider = context.dialect.providers.global_context
    if provider is None:
        raise EntryError(f"failed to fetch entry key={entry}")
    try:
        return ask(provider, name)
    except EntryError as error:
        if isinstance(error.__cause__, KeyError):
            raise EntryError(f"failed to fetch entry key={entry}") from None
        raise


def compile_global_reference(
    name: str, spec: Mapping[str, Any], dialect: Dialect, namespace: str
) -> Callable[[], Load]:
    """What starts loading the value of a GlobalContextEntry."""
    del namespace
    load = GlobalReference(name, filler(spec, dialect)).load
    return lambda: load
