"""Certificates and signing requests as the JSON that Go makes of its structures (spec 02 §3.8).

`cryptography` (extra `images`) reads what needs care: signatures, times and keys, and refuses what is malformed. Names
and extensions are read here from their bytes, because Go shows what that library hides: the order and the bytes of
extensions as they were written, and extensions that neither knows. Numbers are floats, as after any JSON in Go.
"""

from __future__ import annotations

import base64
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError, MissingExtra
from kyvernopy.golang.der import BOOLEAN, OCTET_STRING, DerError, Piece, object_identifier, pieces
from kyvernopy.golang.extensions import EXTENSION_FIELDS, Extension, alternative_names
from kyvernopy.golang.pem import first_block

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["decode_certificate"]

Json: TypeAlias = "dict[str, Any]"

NAME_LISTS = {
    (2, 5, 4, 6): "Country",
    (2, 5, 4, 10): "Organization",
    (2, 5, 4, 11): "OrganizationalUnit",
    (2, 5, 4, 7): "Locality",
    (2, 5, 4, 8): "Province",
    (2, 5, 4, 9): "StreetAddress",
    (2, 5, 4, 17): "PostalCode",
}
COMMON_NAME, SERIAL_NUMBER = (2, 5, 4, 3), (2, 5, 4, 5)
EXTENSION_REQUEST = (1, 2, 840, 113549, 1, 9, 14)
SIGNATURE_ALGORITHMS = {
    "1.2.840.113549.1.1.4": 2,
    "1.2.840.113549.1.1.5": 3,
    "1.3.14.3.2.29": 3,
    "1.2.840.113549.1.1.11": 4,
    "1.2.840.113549.1.1.12": 5,
    "1.2.840.113549.1.1.13": 6,
    "1.2.840.10040.4.3": 7,
    "2.16.840.1.101.3.4.3.2": 8,
    "1.2.840.10045.4.1": 9,
    "1.2.840.10045.4.3.2": 10,
    "1.2.840.10045.4.3.3": 11,
    "1.2.840.10045.4.3.4": 12,
    "1.3.101.112": 16,
}
PSS = "1.2.840.113549.1.1.10"
PSS_HASHES = {("sha256", 32): 13, ("sha384", 48): 14, ("sha512", 64): 15}
RSA = 1
NOT_RSA = "certificate should use rsa algorithm"


def decode_certificate(text: str) -> Json:
    """The certificate or signing request in the first PEM block; ExpressionError with upstream's texts."""
    block = first_block(text)
    if block is None:
        raise ExpressionError("failed to decode PEM block")
    kind, content = block
    if kind not in ("CERTIFICATE", "CERTIFICATE REQUEST"):
        raise ExpressionError("PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST")
    try:
        from cryptography import x509  # noqa: PLC0415 - an extra
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    except ImportError:
        raise ExpressionError(str(MissingExtra("images", "x509_decode"))) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Go does not mind a serial number of zero
        try:
            if kind == "CERTIFICATE":
                return _certificate(x509.load_der_x509_certificate(content))
            return _request(x509.load_der_x509_csr(content))
        except (ValueError, IndexError) as error:
            raise ExpressionError(f"x509: malformed {kind.lower()}") from error
        except UnsupportedAlgorithm as error:
            raise ExpressionError(NOT_RSA) from error


def _certificate(found: x509.Certificate) -> Json:
    fields = _inner_fields(found.tbs_certificate_bytes)
    if fields[0].tag == 0xA0:  # noqa: PLR2004 - the version, which may be absent
        del fields[0]
    # serial number, signature algorithm, issuer, validity, subject, key
    issuer, subject, key, last = fields[2], fields[4], fields[5], fields[-1]
    extensions = _extensions(last.parts()[0]) if last.tag == 0xA3 else []  # noqa: PLR2004 - the tag of extensions
    result: Json = {
        "RawTBSCertificate": _base64(found.tbs_certificate_bytes),
        "RawIssuer": _base64(issuer.raw),
        "Version": found.version.value + 1.0,
        "SerialNumber": float(found.serial_number),
        "Issuer": _name(issuer),
        "NotBefore": found.not_valid_before_utc.replace(tzinfo=None).isoformat() + "Z",
        "NotAfter": found.not_valid_after_utc.replace(tzinfo=None).isoformat() + "Z",
        "Extensions": [_shown_extension(extension) for extension in extensions] or None,
        **dict.fromkeys(ABSENT_LISTS),
        **dict.fromkeys(ABSENT_FLAGS, False),
        **dict.fromkeys(ABSENT_NUMBERS, 0.0),
    }
    unhandled = []
    for extension in extensions:
        read = EXTENSION_FIELDS.get(extension.oid)
        handled = read is not None and read(extension, result)
        if extension.critical and not handled:
            unhandled.append(_numbers(extension.oid))
    result["UnhandledCriticalExtensions"] = unhandled or None
    # Go looks at the key after all else.
    return result | _common(found, subject, key)


ABSENT_LISTS = [
    "UnhandledCriticalExtensions",
    "ExtKeyUsage",
    "UnknownExtKeyUsage",
    "SubjectKeyId",
    "AuthorityKeyId",
    "OCSPServer",
    "IssuingCertificateURL",
    "DNSNames",
    "EmailAddresses",
    "IPAddresses",
    "URIs",
    "PermittedDNSDomains",
    "ExcludedDNSDomains",
    "PermittedIPRanges",
    "ExcludedIPRanges",
    "PermittedEmailAddresses",
    "ExcludedEmailAddresses",
    "PermittedURIDomains",
    "ExcludedURIDomains",
    "CRLDistributionPoints",
    "PolicyIdentifiers",
    "Policies",
    "PolicyMappings",
]
ABSENT_FLAGS = [
    "BasicConstraintsValid",
    "IsCA",
    "MaxPathLenZero",
    "PermittedDNSDomainsCritical",
    "InhibitAnyPolicyZero",
    "InhibitPolicyMappingZero",
    "RequireExplicitPolicyZero",
]
ABSENT_NUMBERS = ["KeyUsage", "MaxPathLen", "InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"]


def _request(found: x509.CertificateSigningRequest) -> Json:
    fields = _inner_fields(found.tbs_certrequest_bytes)
    version, subject, key, *rest = fields
    attributes = [attribute.parts() for part in rest if part.tag == 0xA0 for attribute in part.parts()]  # noqa: PLR2004
    extensions = [
        extension
        for kind, values in attributes
        if object_identifier(kind.content) == EXTENSION_REQUEST
        for extension in _extensions(values.parts()[0])
    ]
    result: Json = {
        "RawTBSCertificateRequest": _base64(found.tbs_certrequest_bytes),
        "Version": float(version.integer()),
        "Attributes": [_attribute(kind, values) for kind, values in attributes if _is_readable(values)] or None,
        "Extensions": [_shown_extension(extension) for extension in extensions] or None,
        **dict.fromkeys(("DNSNames", "EmailAddresses", "IPAddresses", "URIs")),
    }
    for extension in extensions:
        if extension.oid == (2, 5, 29, 17):
            alternative_names(extension, result)
    return result | _common(found, subject, key)


def _inner_fields(signed: bytes) -> list[Piece]:
    return pieces(signed)[0].parts()


def _common(found: x509.Certificate | x509.CertificateSigningRequest, subject: Piece, key: Piece) -> Json:
    """The fields that certificates and signing requests share."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    public = found.public_key()
    if not isinstance(public, RSAPublicKey):
        raise ExpressionError(NOT_RSA)
    numbers = public.public_numbers()
    return {
        "Raw": _base64(found.public_bytes(Encoding.DER)),
        "RawSubjectPublicKeyInfo": _base64(key.raw),
        "RawSubject": _base64(subject.raw),
        "Signature": _base64(found.signature),
        "SignatureAlgorithm": float(_signature_algorithm(found)),
        "PublicKeyAlgorithm": float(RSA),
        "PublicKey": {"N": str(numbers.n), "E": float(numbers.e)},
        "Subject": _name(subject),
        "ExtraExtensions": None,
    }


def _signature_algorithm(found: x509.Certificate | x509.CertificateSigningRequest) -> int:
    """Go's number of the algorithm, 0 for an unknown one."""
    oid = found.signature_algorithm_oid.dotted_string
    if oid != PSS:
        return SIGNATURE_ALGORITHMS.get(oid, 0)
    parameters: Any = found.signature_algorithm_parameters
    algorithm, mask = found.signature_hash_algorithm, parameters.mgf
    if algorithm is None or mask._algorithm.name != algorithm.name:  # noqa: SLF001 - it shows it in no other way
        return 0
    return PSS_HASHES.get((algorithm.name, parameters._salt_length), 0)  # noqa: SLF001


# --- Names, extensions and attributes ---


def _name(name: Piece) -> Json:
    """A distinguished name: its common parts as lists, and all parts in order."""
    parts = []
    for attribute in [attribute for group in name.parts() for attribute in group.parts()]:
        kind, value, *_ = attribute.parts()
        text = value.text()
        if text is None:
            raise DerError("a name that is no string")
        parts.append((object_identifier(kind.content), text))
    single = dict(parts)
    return {
        **{name: [text for oid, text in parts if oid == wanted] or None for wanted, name in NAME_LISTS.items()},
        "SerialNumber": single.get(SERIAL_NUMBER, ""),
        "CommonName": single.get(COMMON_NAME, ""),
        "Names": [{"Type": _numbers(oid), "Value": text} for oid, text in parts] or None,
        "ExtraNames": None,
    }


def _extensions(sequence: Piece) -> list[Extension]:
    result = []
    for piece in sequence.parts():
        kind, *critical, value = piece.parts()
        result.append(
            Extension(object_identifier(kind.content), bool(critical and critical[0].content[0]), value.content)
        )
    return result


def _shown_extension(extension: Extension) -> Json:
    return {"Id": _numbers(extension.oid), "Critical": extension.critical, "Value": _base64(extension.value)}


def _is_readable(values: Piece) -> bool:
    """Whether the values of an attribute are lists of lists, the only ones that Go shows."""
    try:
        items = [item.parts() for value in values.parts() for item in value.parts()]
        return all(len(item) > 1 and object_identifier(item[0].content) for item in items if item[0].tag)
    except (DerError, IndexError):
        return False


def _attribute(kind: Piece, values: Piece) -> Json:
    # Upstream: of each item the second piece is shown; that of a critical extension says that it is critical.
    shown = [[_shown_item(*item.parts()[:2]) for item in value.parts()] for value in values.parts()]
    return {"Type": _numbers(object_identifier(kind.content)), "Value": shown}


def _shown_item(kind: Piece, value: Piece) -> Json:
    content: Any = value.text()
    if value.tag == BOOLEAN:
        content = value.content != b"\0"
    elif value.tag == OCTET_STRING:
        content = _base64(value.content)
    return {"Type": _numbers(object_identifier(kind.content)), "Value": content}


def _numbers(oid: tuple[int, ...]) -> list[float]:
    return [float(number) for number in oid]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
