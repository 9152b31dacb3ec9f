"""The resources of a run, in the form in which they are judged and in the form in which the user has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.cli.mutated import Originals
from kyvernopy.kubernetes.normalize import normalize
from kyvernopy.resources import load_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.errors import Finding
    from kyvernopy.resources import Resources
    from kyvernopy.source import Resource

__all__ = ["Inputs"]


class Inputs:
    """Reads resources; `originals` has the user's form of those that are being judged or kept."""

    def __init__(self) -> None:
        self.originals = Originals()
        self._read: list[Resources] = []

    def stream(self, paths: Sequence[str]) -> Iterator[Resource]:
        """The resources of some paths, one after the other, put in order as Kyverno's commands do."""
        for judged in self._judged(paths):
            yield judged
            self.originals.forget(judged)

    def all_of(self, paths: Sequence[str]) -> list[Resource]:
        """The same in memory."""
        return list(self._judged(paths))

    def _judged(self, paths: Sequence[str]) -> Iterator[Resource]:
        resources = load_resources(paths, errors="collect")
        self._read.append(resources)
        for own in resources:
            judged = normalize(own)
            self.originals.add(judged, own)
            yield judged  # type: ignore[misc]  # what goes in as a Resource comes out as one

    @property
    def errors(self) -> list[Finding]:
        """What could not be read so far."""
        return [finding for resources in self._read for finding in resources.errors]
