"""Context entries of rules, compiled: names for values that are worked out or fetched when a query mentions them.

One module a kind. Texts are compiled once with the rule; loading fills them in and asks a provider of the dialect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.variables.deferred import Mention
from kyvernopy.variables.entries.api_call import compile_api_call
from kyvernopy.variables.entries.config_map import compile_config_map
from kyvernopy.variables.entries.entry import Entry, EntryError
from kyvernopy.variables.entries.global_reference import compile_global_reference
from kyvernopy.variables.entries.image_registry import compile_image_registry
from kyvernopy.variables.entries.variable import compile_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.deferred import Load

    Compile: TypeAlias = "Callable[[str, Mapping[str, Any], Dialect, str], Callable[[], Load]]"

__all__ = ["KINDS", "Entry", "EntryError", "compile_entry"]

KINDS: dict[str, Compile] = {
    "variable": compile_variable,
    "configMap": compile_config_map,
    "apiCall": compile_api_call,
    "imageRegistry": compile_image_registry,
    "globalReference": compile_global_reference,
}
PROVIDERS = {
    "configMap": "config_maps",
    "apiCall": "api_calls",
    "imageRegistry": "image_registry",
    "globalReference": "global_context",
}


NOTHING = Mention("-")  # of entries that are never deferred


def compile_entry(name: str, kind: str, spec: Mapping[str, Any] | None, dialect: Dialect, namespace: str = "") -> Entry:
    """An entry of a rule; `kind` is the field that holds `spec`, `namespace` that of a namespaced policy.

    An entry whose kind is unknown, or whose name is no regular expression, is an error when it is declared.
    """
    broken = f"failed to create deferred loader for context entry {name}"
    if kind not in KINDS or spec is None:
        return Entry(name, kind, NOTHING, _nothing, broken=broken)
    provider = PROVIDERS.get(kind)
    try:
        mention = Mention(name, dialect.limits)
    except ValueError:  # of the regular expression
        return Entry(name, kind, NOTHING, _nothing, broken=broken)
    if provider and getattr(dialect.providers, provider) is None:
        missing = f"the context entry `{name}` needs the provider `{provider}`"
        return Entry(name, kind, mention, _nothing, unavailable=missing)
    return Entry(name, kind, mention, KINDS[kind](name, spec, dialect, namespace))


def _nothing() -> Load:
    return lambda _context: None
