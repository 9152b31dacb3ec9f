"""`is_external_url`: whether a host is outside of the private networks (spec 02 §3.3).

Addresses are decided here; names are for the provider `resolve_host`, because an evaluation does not touch the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.functions.outside import provider_of
from kyvernopy.jmespath.functions.signature import Function

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]

# Upstream: link-local, shared and unspecified addresses count as external.
_INTERNAL = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")


def _is_external_url(run: Run, text: str) -> bool:
    from kyvernopy.golang.urls import UrlError, host_of  # noqa: PLC0415  rarely called

    try:
        host = host_of(text)
    except UrlError as error:
        raise ExpressionError(str(error)) from None
    address = _address(host)
    if address is not None:
        return _is_external(address)
    found = provider_of(run, "is_external_url", "resolve_host", _are_addresses)(host) if host else ()
    addresses = [_address(str(one)) for one in found]
    if not addresses or None in addresses:
        raise ExpressionError(f"lookup {host}: no such host")
    return all(_is_external(one) for one in addresses if one)


def _are_addresses(found: object, _host: str) -> bool:
    return isinstance(found, Iterable)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a text is; one of version 4 within one of version 6 counts as the former."""
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415  rarely called

    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_external(address: IPv4Address | IPv6Address) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415  rarely called

    plain = ip_address(str(address).partition("%")[0])  # a zone names an interface, not a network
    return not any(plain in ip_network(network) for network in _INTERNAL)


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "is_external_url",
        _is_external_url,
        (("string",),),
        "bool",
        "Whether the host of a URL is neither a loopback nor a private address; "
        "a name is looked up with the provider `resolve_host`, and all its addresses must be external.",
        takes_run=True,
    ),
)
