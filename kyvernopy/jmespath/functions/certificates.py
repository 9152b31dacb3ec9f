"""`x509_decode`: a certificate or a signing request as data (spec 02 §3.8)."""

from __future__ import annotations

from typing import Any

from kyvernopy.jmespath.functions.signature import Function

__all__ = ["FUNCTIONS"]


def _x509_decode(text: str) -> dict[str, Any]:
    from kyvernopy.golang.certificates import decode_certificate  # noqa: PLC0415  rarely called

    return decode_certificate(text)


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "x509_decode",
        _x509_decode,
        (("string",),),
        "object",
        "The fields of the first certificate or signing request in a PEM text; needs the extra `images`.",
    ),
)
