"""The world as commands let policies see it: the clock, chance and names of hosts.

The library itself asks none of these; here alone are they real. What gives them is imported when a policy first asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.providers import Providers

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["clock", "random", "real_providers", "resolve_host"]


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
