"""What Go reads from the extensions of a certificate into fields of their own (`crypto/x509`; spec 02 §3.8).

One small function an extension: it gets the extension and the result so far, fills in its fields and says whether it
made something of the extension. One that nothing is made of counts as unhandled, which matters if it is critical.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.der import BOOLEAN, INTEGER, Piece, object_identifier, pieces
from kyvernopy.golang.urls import escape_path, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EXTENSION_FIELDS", "Extension", "alternative_names"]

Json: TypeAlias = "dict[str, Any]"

MAIL, DNS, URI, ADDRESS = 0x81, 0x82, 0x86, 0x87
OCSP, ISSUERS = (1, 3, 6, 1, 5, 5, 7, 48, 1), (1, 3, 6, 1, 5, 5, 7, 48, 2)
EXTENDED_USAGES = (
    (2, 5, 29, 37, 0),
    *((1, 3, 6, 1, 5, 5, 7, 3, number) for number in range(1, 10)),
    (1, 3, 6, 1, 4, 1, 311, 10, 3, 3),
    (2, 16, 840, 1, 113730, 4, 1),
    (1, 3, 6, 1, 4, 1, 311, 2, 1, 22),
    (1, 3, 6, 1, 4, 1, 311, 61, 1, 1),
)
KEY_USAGES = 9


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as it was written."""

    oid: tuple[int, ...]
    critical: bool
    value: bytes

    def parts(self) -> list[Piece]:
        """The pieces of the sequence that the value is."""
        return pieces(self.value)[0].parts()


def _key_usage(extension: Extension, result: Json) -> bool:
    bits = pieces(extension.value)[0].content[1:]  # the first byte counts the unused bits
    usages = [place for place in range(min(KEY_USAGES, 8 * len(bits))) if bits[place // 8] << place % 8 & 0x80]
    result["KeyUsage"] = float(sum(1 << place for place in usages))
    return True


def _basic_constraints(extension: Extension, result: Json) -> bool:
    parts = extension.parts()
    lengths = [part.integer() for part in parts if part.tag == INTEGER]
    length = lengths[0] if lengths else -1  # Upstream: an absent length is -1
    result["BasicConstraintsValid"] = True
    result["IsCA"] = any(part.tag == BOOLEAN and part.content != b"\0" for part in parts)
    result["MaxPathLen"], result["MaxPathLenZero"] = float(length), length == 0
    return True


def alternative_names(extension: Extension, result: Json) -> bool:
    """The names of the subject; those of other kinds than these four are passed over."""
    names = extension.parts()
    fields = {
        "DNSNames": _texts(names, DNS),
        "EmailAddresses": _texts(names, MAIL),
        "IPAddresses": [_address(name.content) for name in names if name.tag == ADDRESS],
        "URIs": [_url(name.content.decode("ascii")) for name in names if name.tag == URI],
    }
    result.update({key: found or None for key, found in fields.items()})
    return any(fields.values())


def _texts(names: list[Piece], tag: int) -> list[str]:
    return [name.content.decode("ascii") for name in names if name.tag == tag]


def _name_constraints(extension: Extension, result: Json) -> bool:
    handled = True
    result["PermittedDNSDomainsCritical"] = extension.critical
    for tree in extension.parts():
        kind = "Permitted" if tree.tag == 0xA0 else "Excluded"  # noqa: PLR2004 - the first of the two trees
        names = [subtree.parts()[0] for subtree in tree.parts()]
        ranges = [_address_range(name.content) for name in names if name.tag == ADDRESS]
        result[f"{kind}DNSDomains"] = _texts(names, DNS) or None
        result[f"{kind}EmailAddresses"] = _texts(names, MAIL) or None
        result[f"{kind}URIDomains"] = _texts(names, URI) or None
        result[f"{kind}IPRanges"] = ranges or None
        handled = handled and all(name.tag in (DNS, MAIL, URI, ADDRESS) for name in names)
    return handled


def _address_range(content: bytes) -> Json:
    half = len(content) // 2
    return {"IP": _address(content[:half]), "Mask": _base64(content[half:])}


def _address(content: bytes) -> str:
    address = ipaddress.ip_address(content)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _distribution_points(extension: Extension, result: Json) -> bool:
    found = []
    for point in extension.parts():
        names = [part for part in point.parts() if part.tag == 0xA0]  # noqa: PLR2004 - the name of the point
        for full_name in [part for name in names for part in name.parts()]:
            if full_name.tag != 0xA0:  # noqa: PLR2004 - relative to the issuer
                raise ExpressionError("x509: invalid CRL distribution point")
            for uri in full_name.parts():
                if uri.tag != URI:
                    break
                found.append(uri.content.decode("utf-8", "replace"))
    result["CRLDistributionPoints"] = found or None
    return True


def _authority_key(extension: Extension, result: Json) -> bool:
    if extension.critical:
        raise ExpressionError("x509: authority key identifier incorrectly marked critical")
    keys = [part for part in extension.parts() if part.tag == 0x80]  # noqa: PLR2004 - the key among its fields
    result["AuthorityKeyId"] = _base64(keys[0].content) if keys else None
    return True


def _subject_key(extension: Extension, result: Json) -> bool:
    if extension.critical:
        raise ExpressionError("x509: subject key identifier incorrectly marked critical")
    result["SubjectKeyId"] = _base64(pieces(extension.value)[0].content)
    return True


def _policies(extension: Extension, result: Json) -> bool:
    found = [object_identifier(policy.parts()[0].content) for policy in extension.parts()]
    result["Policies"] = [_dotted(oid) for oid in found] or None
    result["PolicyIdentifiers"] = [[float(number) for number in oid] for oid in found]
    return True


def _policy_mappings(extension: Extension, result: Json) -> bool:
    pairs = [[_dotted(object_identifier(part.content)) for part in mapping.parts()] for mapping in extension.parts()]
    result["PolicyMappings"] = [
        {"IssuerDomainPolicy": issuer, "SubjectDomainPolicy": subject} for issuer, subject in pairs
    ] or None
    return True


def _policy_constraints(extension: Extension, result: Json) -> bool:
    fields = {0x80: "RequireExplicitPolicy", 0x81: "InhibitPolicyMapping"}
    for part in extension.parts():
        if part.tag in fields:
            key, number = fields[part.tag], part.integer()
            result[key], result[f"{key}Zero"] = float(number), number == 0
    return True


def _inhibit_any_policy(extension: Extension, result: Json) -> bool:
    number = pieces(extension.value)[0].integer()
    result["InhibitAnyPolicy"], result["InhibitAnyPolicyZero"] = float(number), number == 0
    return True


def _extended_usages(extension: Extension, result: Json) -> bool:
    found = [object_identifier(part.content) for part in extension.parts()]
    result["ExtKeyUsage"] = [float(EXTENDED_USAGES.index(oid)) for oid in found if oid in EXTENDED_USAGES] or None
    unknown = [[float(number) for number in oid] for oid in found if oid not in EXTENDED_USAGES]
    result["UnknownExtKeyUsage"] = unknown or None
    return True


def _authority_access(extension: Extension, result: Json) -> bool:
    if extension.critical:
        raise ExpressionError("x509: authority info access incorrectly marked critical")
    found: dict[tuple[int, ...], list[str]] = {OCSP: [], ISSUERS: []}
    for description in extension.parts():
        method, location, *_ = description.parts()
        oid = object_identifier(method.content)
        if location.tag == URI and oid in found:
            found[oid].append(location.content.decode("utf-8", "replace"))
    result["OCSPServer"], result["IssuingCertificateURL"] = found[OCSP] or None, found[ISSUERS] or None
    return True


def _url(text: str) -> Json:
    """A URL as Go's `url.URL` structure."""
    text, hash_sign, fragment = text.partition("#")
    scheme = re.match("([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    rest, question, query = text[scheme.end() if scheme else 0 :].partition("?")
    opaque = "" if rest.startswith("/") or not scheme else rest
    authority, path = "", "" if opaque else rest
    if path.startswith("//"):
        authority, slash, path = path[2:].partition("/")
        path = slash + path
    plain, plain_fragment = unescape(path), unescape(fragment)
    return {
        "Scheme": scheme[1].lower() if scheme else "",
        "Opaque": opaque,
        "User": {} if "@" in authority else None,
        "Host": authority.rpartition("@")[2],
        "Path": plain,
        "RawPath": "" if escape_path(plain) == path else path,
        "RawQuery": query,
        "ForceQuery": bool(question) and not query,
        "Fragment": plain_fragment,
        "RawFragment": "" if not hash_sign or escape_path(plain_fragment) == fragment else fragment,
        "OmitHost": False,
    }


def _dotted(oid: tuple[int, ...]) -> str:
    return ".".join(map(str, oid))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


EXTENSION_FIELDS: dict[tuple[int, ...], Callable[[Extension, Json], bool]] = {
    (2, 5, 29, 14): _subject_key,
    (2, 5, 29, 15): _key_usage,
    (2, 5, 29, 17): alternative_names,
    (2, 5, 29, 19): _basic_constraints,
    (2, 5, 29, 30): _name_constraints,
    (2, 5, 29, 31): _distribution_points,
    (2, 5, 29, 32): _policies,
    (2, 5, 29, 33): _policy_mappings,
    (2, 5, 29, 35): _authority_key,
    (2, 5, 29, 36): _policy_constraints,
    (2, 5, 29, 37): _extended_usages,
    (2, 5, 29, 54): _inhibit_any_policy,
    (1, 3, 6, 1, 5, 5, 7, 1, 1): _authority_access,
}
