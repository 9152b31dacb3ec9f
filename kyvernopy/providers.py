"""What deciding may ask of the world, each through a provider that the caller passes: none is there by default.

A provider is a function; where it only looks something up, a plain dict does as well. Without a provider, what needs
it is an error that names it. The commands pass real ones, tests pass dicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

__all__ = ["NO_PROVIDERS", "ApiError", "ApiRequest", "Providers"]


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A call of a context entry: `path` to the API server, or `url` of a service; exactly one of them is not empty."""

    method: str = "GET"
    path: str = ""
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    data: Any = None
    ca_bundle: str = ""


class ApiError(Exception):
    """A call that was answered with an error; `status` is the number of HTTP, or 0.

    A provider need not raise this class, but its texts then show as they are, and 401 and 403 are told apart.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message, status)
        self.message, self.status = message, status

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers of one policy set. A provider that fails raises; its text becomes part of the error of the rule.

    `clock()` gives the time with its zone; `random(n)` an int from 0 to n-1; `resolve_host(name)` IP addresses;
    `config_maps(namespace, name)` a ConfigMap as plain data; `api_calls(request)` the decoded answer to an `ApiRequest`;
    `image_registry(reference)` the description of an image; `global_context(name)` the value of an entry, where the
    name may be that of an entry and of its projection, `entry.projection`.
    """

    clock: Callable[[], datetime] | None = None
    random: Callable[[int], int] | None = None
    resolve_host: Callable[[str], Sequence[str]] | None = None
    config_maps: Callable[[str, str], Mapping[str, Any] | None] | None = None
    api_calls: Callable[[ApiRequest], Any] | None = None
    image_registry: Callable[[str], Mapping[str, Any]] | None = None
    global_context: Callable[[str], Any] | None = None

    @classmethod
    def of(cls, given: Providers | Mapping[str, Any] | None) -> Providers:
        """Providers from a mapping of their names to functions, or to dicts where they look something up.

        The keys of the dicts: `namespace/name` of a ConfigMap, or namespaces whose values are dicts by name; the path
        or address of a call, if need be with its method as in `POST:https://…`; the reference of an image; the name of
        an entry, or `entry.projection`; the name of a host. A name that is no provider is a TypeError.
        """
        if isinstance(given, Providers):
            return given
        unknown = set(given or ()) - {field.name for field in fields(cls)}
        if unknown:
            raise TypeError(f"no such provider: {', '.join(sorted(unknown))}")
        return cls(**{name: _provider(name, value) for name, value in (given or {}).items()})


def _provider(name: str, value: Any) -> Any:
    if value is None or callable(value):
        return value
    if isinstance(value, Mapping) and name in LOOK_UPS:
        return partial(LOOK_UPS[name], value)
    raise TypeError(f"the provider `{name}` is a function{' or a mapping' if name in LOOK_UPS else ''}")


# --- Looking up in dicts ---


def config_map_of(known: Mapping[str, Any], namespace: str, name: str) -> Any:
    """A ConfigMap by `namespace/name`, or by name in the dict of its namespace; None if there is none."""
    found = known.get(f"{namespace}/{name}")
    if found is None and isinstance(known.get(namespace), Mapping):
        found = known[namespace].get(name)
    return found


def answer_of(known: Mapping[str, Any], request: ApiRequest) -> Any:
    """The answer to a call by method and target, or by target alone; an answer that is an exception is raised."""
    target = request.path or request.url
    for key in (f"{request.method}:{target}", target):
        if key in known:
            if isinstance(known[key], Exception):
                raise known[key]
            return known[key]
    raise ApiError(f"no answer is known to {request.method} {target}", 404)


def image_of(known: Mapping[str, Any], reference: str) -> Any:
    """The description of an image by its reference as it is written."""
    if reference not in known:
        raise LookupError(f"no image {reference} is known")
    return known[reference]


def entry_of(known: Mapping[str, Any], name: str) -> Any:
    """The value of an entry, or the member of its value that a projection names."""
    if name in known:
        return known[name]
    entry, _, projection = name.partition(".")
    if entry not in known or not projection:
        raise KeyError(entry)
    value = known[entry]
    # The texts are those of the values that Kyverno's tests declare (spec 02 §8.3).
    if not isinstance(value, Mapping):
        raise LookupError(f'global context mock: projection "{projection}" requested but value is not an object')  # noqa: TRY004  a look-up that fails
    if projection not in value:
        raise LookupError(f'global context mock: projection "{projection}" not found')
    return value[projection]


def addresses_of(known: Mapping[str, Any], name: str) -> Any:
    """The addresses of a host."""
    if name not in known:
        raise LookupError(f"no host {name} is known")
    return known[name]


LOOK_UPS: dict[str, Callable[..., Any]] = {
    "config_maps": config_map_of,
    "api_calls": answer_of,
    "image_registry": image_of,
    "global_context": entry_of,
    "resolve_host": addresses_of,
}

NO_PROVIDERS = Providers()
