"""The first block of a PEM text, found as Go finds it (`encoding/pem`)."""

from __future__ import annotations

import base64
import binascii

__all__ = ["first_block"]

BEGIN, END, DASHES = "-----BEGIN ", "\n-----END ", "-----"


def first_block(text: str) -> tuple[str, bytes] | None:
    """The type of the first block that is well formed, and what it holds; None without any."""
    rest = text
    while (end := rest.find(END)) >= 0:
        # Between the last beginning before an end and this end lies a block; beginnings without an end are skipped.
        trailer = rest[end + len(END) :]
        begin = rest.rfind(BEGIN, 0, end)
        if begin >= 0 and (begin == 0 or rest[begin - 1] == "\n"):
            # The end keeps its newline: an empty block has no other.
            block = _block(rest[begin + len(BEGIN) : end + 1], trailer)
            if block is not None:
                return block
        rest = trailer
    return None


def _block(text: str, trailer: str) -> tuple[str, bytes] | None:
    """A block: what follows its beginning up to its end, and what follows that."""
    line, _, content = text.partition("\n")
    kind = line.rstrip(" \t\r").removesuffix(DASHES)
    closing = trailer[: len(kind) + len(DASHES)]
    after = trailer[len(closing) :].partition("\n")[0]
    if not line.rstrip(" \t\r").endswith(DASHES) or closing != kind + DASHES or after.strip(" \t\r"):
        return None
    while ":" in (header := content.partition("\n"))[0]:
        content = header[2]
        if not content:  # Upstream: after headers the end needs a newline of its own
            return None
    if not content.isascii():
        return None
    encoded = content.translate({ord(character): None for character in " \t\r\n"})
    try:
        return kind, base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
