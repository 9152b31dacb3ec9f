"""The world as commands let policies see it: the clock, chance, names of hosts, and the resources of the run.

The library itself asks none of these; here alone are they real. What gives them is imported when a policy first asks.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kyvernopy.providers import Providers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from kyvernopy.policies.model import ContextEntry, ForEach, MutateForEach, Policy, Rule
    from kyvernopy.providers import ApiRequest
    from kyvernopy.variables.memory import MemoryCluster

__all__ = ["GivenResources", "looks_around", "real_providers"]


def clock() -> datetime:
    """The time, with the zone of this machine."""
    from datetime import datetime, timezone  # noqa: PLC0415  rarely asked

    return datetime.now(timezone.utc).astimezone()


def random(bound: int) -> int:
    """A number from 0 to below the bound."""
    from random import randrange  # noqa: PLC0415  rarely asked

    return randrange(bound)  # noqa: S311  names of things, not secrets


def resolve_host(name: str) -> list[str]:
    """The addresses of a host. Raises OSError where there are none."""
    from socket import IPPROTO_TCP, getaddrinfo  # noqa: PLC0415  rarely asked

    found = getaddrinfo(name, None, proto=IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def real_providers() -> Providers:
    """Providers that ask this machine; those of a cluster and of a registry are missing."""
    return Providers(clock=clock, random=random, resolve_host=resolve_host)


class GivenResources:
    """The resources of a run as the cluster that policies look things up in (spec 08 §5.1).

    Policies are loaded before resources, so until `fill` is called there are none. ConfigMaps are not looked up among
    them: without a cluster, Kyverno's command leaves such entries to values.
    """

    def __init__(self) -> None:
        self._resources: tuple[Mapping[str, Any], ...] = ()

    def fill(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Say which resources there are."""
        self._resources = tuple(resources)
        self.__dict__.pop("_cluster", None)

    @property
    def providers(self) -> Providers:
        """Providers that ask these resources, and this machine for the rest."""
        return replace(real_providers(), api_calls=self._api_calls, global_context=self._global_context)

    def _api_calls(self, request: ApiRequest) -> Any:
        return self._cluster.api_calls(request)

    def _global_context(self, name: str) -> Any:
        return self._cluster.global_context(name)

    @cached_property
    def _cluster(self) -> MemoryCluster:
        from kyvernopy.variables.memory import MemoryCluster  # noqa: PLC0415  few policies look things up

        return MemoryCluster(self._resources)


def looks_around(policy: Policy) -> bool:
    """Whether rules of a policy look at other resources than the one that they judge."""
    return any(
        entry.api_call is not None or entry.global_reference is not None
        for rule in policy.spec.rules
        for entry in _entries(rule)
    )


def _entries(rule: Rule) -> Iterator[ContextEntry]:
    yield from rule.context
    mutate = rule.mutate
    for target in (mutate.targets if mutate else None) or ():
        yield from target.context
    loops: list[ForEach | MutateForEach] = list((rule.validate.foreach if rule.validate else None) or ())
    loops += (mutate.foreach if mutate else None) or ()
    for loop in loops:
        yield from loop.context
        loops += loop.foreach
