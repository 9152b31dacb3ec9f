"""The host of a URL as Go finds it (`url.Parse`, `URL.Hostname`), with its complaints.

Only what decides about the host is kept; the rest of the URL is read for its mistakes alone.
"""

from __future__ import annotations

import re

from kyvernopy.golang.text import quote

__all__ = ["UrlError", "escape_path", "host_of", "unescape"]

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile("([a-zA-Z][a-zA-Z0-9+.-]*)?:")
_PORT = re.compile("(?::[0-9]*)?")
_ESCAPE = re.compile("%(?![0-9a-fA-F]{2}).{0,2}", re.DOTALL)
_HOST_ESCAPE = re.compile("%(?!25)[0-7][0-9a-fA-F]")
_NO_HOST = re.compile(r"[^A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>\"%\x80-\U0010ffff]")
_OCTET = re.compile(b"%([0-9a-fA-F]{2})")
_UNESCAPED_IN_PATHS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/$&+,:;=@")
_NO_USER = re.compile(r"[^A-Za-z0-9\-._:~!$&'()*+,;=%@]")


class UrlError(ValueError):
    """A text is no URL; the message is Go's."""


class _Cause(Exception):  # noqa: N818  it only carries a text out
    """Why a text is no URL."""


def host_of(text: str) -> str:
    """The host of a URL without port and brackets; empty if it has none."""
    url, _, fragment = text.partition("#")
    try:
        host = _host(url)
    except _Cause as cause:
        raise UrlError(f"parse {quote(url)}: {cause}") from None
    try:
        _check_escapes(fragment)
    except _Cause as cause:
        raise UrlError(f"parse {quote(text)}: {cause}") from None
    return host


def _host(url: str) -> str:
    if _CONTROL.search(url):
        raise _Cause("net/url: invalid control character in URL")
    found = _SCHEME.match(url)
    if found and not found[1]:
        raise _Cause("missing protocol scheme")
    rest = url[found.end() :] if found else url
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if found:  # what follows such a scheme is opaque, as in `mailto:a@b`
            return ""
        if ":" in rest.partition("/")[0]:
            raise _Cause("first path segment in URL cannot contain colon")
    authority = ""
    if rest.startswith("//") and (found or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    host = _host_of_authority(authority)
    _check_escapes(rest)
    return host


def _host_of_authority(authority: str) -> str:
    user, at, host = authority.rpartition("@")
    port = _after(host)
    if not _PORT.fullmatch(port):
        raise _Cause(f"invalid port {quote(port)} after host")
    name = _unescaped_host(host)
    if at and _NO_USER.search(user):
        raise _Cause("net/url: invalid userinfo")
    _check_escapes(user)
    colon = name.rfind(":")
    if colon >= 0 and _PORT.fullmatch(name, colon):
        name = name[:colon]
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


def _after(host: str) -> str:
    """What should be a port with its colon, or nothing."""
    if host.startswith("["):
        _address, bracket, port = host.rpartition("]")
        if not bracket:
            raise _Cause("missing ']' in host")
        return port
    colon = host.rfind(":")
    return host[colon:] if colon >= 0 else ""


def _unescaped_host(host: str) -> str:
    """The host with its escapes resolved, of which ASCII ones are not allowed."""
    _check_escapes(host)
    zone = host.find("%25") if host.startswith("[") else -1
    wrong = _HOST_ESCAPE.search(host, 0, zone if zone >= 0 else len(host))
    if wrong:
        raise _Cause(f"invalid URL escape {quote(wrong[0])}")
    wrong = _NO_HOST.search(host)
    if wrong:
        raise _Cause(f"invalid character {quote(wrong[0])} in host name")
    return unescape(host)


def _check_escapes(text: str) -> None:
    wrong = _ESCAPE.search(text)
    if wrong:
        raise _Cause(f"invalid URL escape {quote(wrong[0])}")


# --- Escapes ---


def unescape(text: str) -> str:
    """The text with its escapes resolved; what is no escape stays."""
    if "%" not in text:
        return text
    octets = _OCTET.sub(lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", "surrogatepass"))
    return octets.decode("utf-8", "replace")


def escape_path(path: str) -> str:
    """A path with escapes where Go writes them (`URL.EscapedPath`)."""
    octets = path.encode("utf-8", "surrogatepass")
    return "".join([chr(octet) if octet in _UNESCAPED_IN_PATHS else f"%{octet:02X}" for octet in octets])
