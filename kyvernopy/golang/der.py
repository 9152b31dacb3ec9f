"""The pieces of DER, the encoding of certificates: a tag, a length and a content, which may hold further pieces."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DerError", "Piece", "object_identifier", "pieces"]

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER = 1, 2, 3, 4, 6
SEQUENCE, SET = 0x30, 0x31
STRINGS = {
    12: "utf-8",
    18: "ascii",  # NumericString
    19: "ascii",  # PrintableString
    20: "utf-8",  # T61String: Upstream takes its bytes as they are
    22: "ascii",  # IA5String
    30: "utf-16-be",  # BMPString
}


class DerError(ValueError):
    """Bytes that are no DER."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    raw: bytes

    def parts(self) -> list[Piece]:
        """The pieces that the content consists of."""
        return pieces(self.content)

    def integer(self) -> int:
        """The content as a signed integer."""
        return int.from_bytes(self.content, "big", signed=True)

    def text(self) -> str | None:
        """The content as a text if the tag is one of a string, or None."""
        encoding = STRINGS.get(self.tag)
        return None if encoding is None else self.content.decode(encoding, "replace").removesuffix("\0")


def pieces(content: bytes) -> list[Piece]:
    """The pieces that some bytes consist of."""
    result, position = [], 0
    while position < len(content):
        start, position, end = position, *_bounds(content, position)
        if end > len(content):
            raise DerError("truncated")
        result.append(Piece(content[start], content[position:end], content[start:end]))
        position = end
    return result


def _bounds(content: bytes, start: int) -> tuple[int, int]:
    """Where the content of the piece at the start begins and ends."""
    if content[start] & 0x1F == 0x1F or start + 2 > len(content):  # noqa: PLR2004 - a tag of several bytes
        raise DerError("malformed tag or length")
    length, position = content[start + 1], start + 2
    if length >= 0x80:  # noqa: PLR2004 - that many bytes hold the length
        count = length & 0x7F
        if not 1 <= count <= 4 or position + count > len(content):  # noqa: PLR2004 - 4 GiB are enough
            raise DerError("malformed length")
        length = int.from_bytes(content[position : position + count], "big")
        position += count
    return position, position + length


def object_identifier(content: bytes) -> tuple[int, ...]:
    """The numbers of an object identifier."""
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            numbers.append(number)
            number = 0
    if not numbers or content[-1] >= 0x80:  # noqa: PLR2004 - the last byte of a number
        raise DerError("malformed object identifier")
    first = min(numbers[0] // 40, 2)
    return first, numbers[0] - 40 * first, *numbers[1:]
