"""What deciding may ask of the world, each through a provider that the caller passes: none is there by default.

A provider is a function; where it only looks something up, a plain dict does as well. Without a provider, what needs
it is an error that names it. The commands pass real ones, tests pass dicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

__all__ = ["NO_PROVIDERS", "ApiRequest", "Providers"]


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A call of a context entry: `path` to the API server, or `url` of a service; exactly one of them is not empty."""

    method: str = "GET"
    path: str = ""
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    data: Any = None
    ca_bundle: str = ""


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers of one policy set. A provider that fails raises; its text becomes part of the error of the rule.

    `clock()` gives the time with its zone; `random(n)` an int from 0 to n-1; `resolve_host(name)` IP addresses;
    `config_maps(namespace, name)` a ConfigMap as plain data; `api_calls(request)` the decoded answer to an `ApiRequest`;
    `image_registry(reference)` the description of an image; `global_context(name)` the value of an entry.
    """

    clock: Callable[[], datetime] | None = None
    random: Callable[[int], int] | None = None
    resolve_host: Callable[[str], Sequence[str]] | None = None
    config_maps: Callable[[str, str], Mapping[str, Any]] | None = None
    api_calls: Callable[[ApiRequest], Any] | None = None
    image_registry: Callable[[str], Mapping[str, Any]] | None = None
    global_context: Callable[[str], Any] | None = None

    @classmethod
    def of(cls, given: Providers | Mapping[str, Any] | None) -> Providers:
        """Providers from a mapping of their names to functions; a name that is none of theirs is a TypeError."""
        if isinstance(given, Providers):
            return given
        unknown = set(given or ()) - {field.name for field in fields(cls)}
        if unknown:
            raise TypeError(f"no such provider: {', '.join(sorted(unknown))}")
        return cls(**dict(given or {}))


NO_PROVIDERS = Providers()
