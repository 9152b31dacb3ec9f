"""Entries of kind `imageRegistry`: what a registry says about an image (spec 02 §5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import show_string
from kyvernopy.variables.entries.entry import EntryError, ask, filler, search_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load

__all__ = ["compile_image_registry"]


@dataclass(frozen=True, slots=True)
class ImageRegistryEntry:
    """Which image, and the path into its description."""

    name: str
    reference: str
    path: str
    fill_reference: Callable[[Context], Any]
    fill_path: Callable[[Context], Any]

    def load(self, fetched: list[Any], context: Context) -> None:
        """Put the description into the context; it is fetched once."""
        if not fetched:
            fetched.append(self._fetch(context))
        try:
            context.merge_entry(self.name, fetched[0])
        except ExpressionError as error:
            raise EntryError(
                f"failed to add resource data to context: contextEntry: {self.name}, error: {error}"
            ) from None

    def _fetch(self, context: Context) -> Any:
        # Upstream: the first letter is missing there.
        reference = self._filled("ailed", self.reference, self.fill_reference, context)
        if not isinstance(reference, str):
            raise EntryError(f"invalid image reference {show_string(reference)}, image reference must be a string")
        path = self._filled("failed", self.path, self.fill_path, context)
        described = self._describe(reference, context)
        if not path or not isinstance(path, str):
            return described
        try:
            return search_value(context.dialect, path, described)
        except ExpressionError as error:
            raise EntryError(
                f"failed to apply JMESPath ({self.path}) results to context entry {self.name}, error: {error}"
            ) from None

    def _filled(self, failed: str, raw: str, fill: Callable[[Context], Any], context: Context) -> Any:
        try:
            return fill(context)
        except ExpressionError as error:
            raise EntryError(f"{failed} to substitute variables in context entry {self.name} {raw}: {error}") from None

    def _describe(self, reference: str, context: Context) -> Any:
        provider = context.dialect.providers.image_registry
        if provider is None:
            raise EntryError(f"failed to get registry client {self.name}: no provider of images")
        try:
            return ask(provider, reference)
        except EntryError as error:
            raise EntryError(f"failed to fetch image descriptor: {reference}, error: {error}") from None


def compile_image_registry(name: str, spec: Mapping[str, Any], dialect: Dialect, namespace: str) -> Callable[[], Load]:
    """What starts loading the description of an image."""
    del namespace
    reference, path = spec.get("reference") or "", spec.get("jmesPath") or ""
    entry = ImageRegistryEntry(name, reference, path, filler(reference, dialect), filler(path, dialect))
    return lambda: partial(entry.load, [])
