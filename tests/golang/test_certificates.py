"""Certificates and signing requests, as Go shows them."""

from __future__ import annotations

import base64
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.errors import ExpressionError
from kyvernopy.golang.certificates import decode_certificate
from kyvernopy.golang.der import DerError, object_identifier, pieces
from kyvernopy.golang.pem import first_block

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@table(__file__, "certificates", "pem", "fields", "error")
def test_certificates_are_shown_as_in_go(pem, fields, error):
    pytest.importorskip("cryptography", reason="needs the extra `images`")
    if error:
        with pytest.raises(ExpressionError) as raised:
            decode_certificate(pem)
        assert str(raised.value) == error
    else:
        assert decode_certificate(pem) == fields


@table(__file__, "pem", "text", "block")
def test_the_first_block_is_that_of_go(text, block):
    found = first_block(text)
    assert found == (None if block is None else (block[0], base64.b64decode(block[1])))


def test_no_block_and_blocks_of_other_kinds_are_errors():
    with pytest.raises(ExpressionError, match=r"^failed to decode PEM block$"):
        decode_certificate("nothing")
    with pytest.raises(ExpressionError, match="neither contains a CERTIFICATE or CERTIFICATE REQUEST"):
        decode_certificate("-----BEGIN X-----\nAAAA\n-----END X-----\n")


def test_without_the_extra_the_command_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(
        ExpressionError, match=r"x509_decode needs the extra `images`: pip install \'kyvernopy\[images\]\'"
    ):
        decode_certificate(CERTIFICATE)


@given(st.binary(max_size=40), st.sampled_from(["CERTIFICATE", "CERTIFICATE REQUEST"]))
def test_any_bytes_are_decoded_or_refused(content, kind):
    pytest.importorskip("cryptography", reason="needs the extra `images`")
    text = f"-----BEGIN {kind}-----\n{base64.b64encode(content).decode()}\n-----END {kind}-----\n"
    with pytest.raises(ExpressionError):
        decode_certificate(text)


@given(st.binary(max_size=20))
def test_any_bytes_are_pieces_or_refused(content):
    try:
        found = pieces(content)
    except DerError:
        return
    assert b"".join(piece.raw for piece in found) == content


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2a\x86"])
def test_unfinished_identifiers_are_refused(content):
    with pytest.raises(DerError):
        object_identifier(content)


def test_identifiers_are_numbers():
    assert object_identifier(bytes.fromhex("2a864886f70d01090e")) == (1, 2, 840, 113549, 1, 9, 14)
    assert object_identifier(bytes.fromhex("883701")) == (2, 999, 1)
