"""A stream of text in blocks that end where a document ends, in constant memory.

Pieces of a file are put together until a `---` shows that documents are whole. A document that grows beyond the bound
is given up: it is counted, not kept, until the next one begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kyvernopy.documents.split import MARKER, SEAM, last_cut

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

__all__ = ["Skipped", "blocks_of"]


class Skipped(NamedTuple):
    """A document too large to be kept: how much was read of it and how many lines it has."""

    size: int
    lines: int


def blocks_of(texts: Iterable[str], bound: int) -> Iterator[str | Skipped]:
    """The same text in blocks that end where a document ends."""
    cutter = _Cutter(bound)
    for text in texts:
        yield from cutter.feed(text)
    yield from cutter.finish()


class _Cutter:
    """Collects text until a marker shows that a document is whole; gives up those that grow beyond the bound."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._lost = self._lost_lines = 0  # of a document that is being skipped
        self._keep("")

    def _keep(self, text: str) -> None:
        self._pending, self._size, self._tail = [text], len(text), text[-SEAM:]

    def feed(self, text: str) -> Iterator[str | Skipped]:
        """Take the next text; give what is whole."""
        # Only the new text is searched, and enough before it for a marker across the seam.
        whole_before = MARKER.search(self._tail + text)
        self._pending.append(text)
        self._size += len(text)
        self._tail = (self._tail + text)[-SEAM:]
        if whole_before:
            whole = "".join(self._pending)
            if self._lost:
                whole = yield from self._resume(whole)
            cut = last_cut(whole)
            if cut:
                yield whole[:cut]
            self._keep(whole[cut:])
        elif self._lost or self._size > self._bound:
            self._drop()

    def finish(self) -> Iterator[str | Skipped]:
        """What is left at the end of the file."""
        rest = "".join(self._pending)
        if self._lost:
            yield Skipped(self._lost + len(rest), self._lost_lines + rest.count("\n"))
        elif rest:
            yield rest

    def _drop(self) -> None:
        text = "".join(self._pending)
        self._lost += len(text) - SEAM
        self._lost_lines += text.count("\n", 0, len(text) - SEAM)
        self._keep(text[-SEAM:])

    def _resume(self, text: str) -> Generator[Skipped, None, str]:
        """End skipping at the first marker; returns the text from there on."""
        found = MARKER.search(text)
        start = found.start() + 1 if found else 0
        yield Skipped(self._lost + start, self._lost_lines + text.count("\n", 0, start))
        self._lost = self._lost_lines = 0
        return text[start:]
