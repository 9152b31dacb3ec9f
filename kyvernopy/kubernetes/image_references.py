"""References to container images, read as Kyverno reads them (spec 07 §1.1).

The grammar is that of the distribution project, without its habits: `docker.io` stays `docker.io`, no `library/` is
put in, and a name without a registry gets the default one. One regular expression holds the grammar; each part of a
path is followed by a character that cannot belong to it, so that there is one way to read a text and the time is
linear. Only a text that it refuses is looked at again, to say why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kyvernopy.golang.cases import lower

__all__ = ["DEFAULT_REGISTRY", "ImageError", "ImageReference", "add_default_registry", "parse_image"]

DEFAULT_REGISTRY = "docker.io"

_HOST = "[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*"
_DOMAIN = rf"(?:{_HOST}(?:\.{_HOST})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_SEGMENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_GRAMMAR = re.compile(
    rf"(?P<repository>(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_SEGMENT}(?:/{_SEGMENT})*))"
    rf"(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
)

_LONGEST_REPOSITORY = 255
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX = re.compile("[0-9a-f]+")


class ImageError(ValueError):
    """A text is no reference to an image; the message is Kyverno's."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The parts of a reference; `tag` and `digest` may both be there, `registry` may be empty."""

    registry: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def repository(self) -> str:
        """Registry and path."""
        return f"{self.registry}/{self.path}" if self.registry else self.path

    @property
    def reference(self) -> str:
        """The repository with its digest or else its tag; patterns of images are matched with this."""
        return f"{self.repository}@{self.digest}" if self.digest else self.reference_with_tag

    @property
    def reference_with_tag(self) -> str:
        """The repository with its tag. Upstream: without a tag the colon stays at the end."""
        return f"{self.repository}:{self.tag}"

    def __str__(self) -> str:
        return self.reference


def add_default_registry(image: str, default_registry: str = DEFAULT_REGISTRY) -> str:
    """The text with a registry in front if it names none."""
    return image if _names_registry(image) else f"{default_registry}/{image}"


def _names_registry(image: str) -> bool:
    """Whether the text before the first slash is a host rather than the first part of a path."""
    host, slash, _ = image.partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost" or host != lower(host))


def parse_image(text: str, default_registry: str = DEFAULT_REGISTRY, mutate: bool = True) -> ImageReference:  # noqa: FBT001, FBT002  a setting of Kyverno, named by its callers
    """The reference that a text stands for; with `mutate` off, a default registry is not shown in it."""
    full = add_default_registry(text, default_registry)
    found = _GRAMMAR.fullmatch(full)
    cause = _cause(full) if found is None else _fault(found["repository"], found["digest"])
    if found is None or cause:
        setting = "true" if mutate else "false"
        raise ImageError(
            f"bad image: {full}, defaultRegistry: {default_registry}, enableDefaultRegistryMutation: {setting}: {cause}"
        )
    registry, path, tag, digest = found.group("domain", "path", "tag", "digest")
    if full is not text and not mutate:
        registry = ""
    if not tag and not digest:
        tag = "latest"
    first, slash, rest = path.partition("/")
    if not registry and slash and "_" in first:  # spec 07 §1.1 step 8: no host has an underscore, but a registry may
        registry, path = first, rest
    return ImageReference(registry or "", path, tag or "", digest or "")


def _cause(full: str) -> str:
    """Why the grammar refuses a text."""
    if not full:
        return "repository name must have at least one component"
    if _GRAMMAR.fullmatch(lower(full)):
        return "repository name must be lowercase"
    return "invalid reference format"


def _fault(repository: str, digest: str | None) -> str:
    """What is wrong with a text that the grammar takes; empty if nothing is."""
    if len(repository) > _LONGEST_REPOSITORY:
        return "repository name must not be more than 255 characters"
    if digest is None:
        return ""
    algorithm, _, encoded = digest.partition(":")
    if algorithm not in _DIGEST_LENGTHS:
        return "unsupported digest algorithm"
    if len(encoded) != _DIGEST_LENGTHS[algorithm]:
        return "invalid checksum digest length"
    return "" if _HEX.fullmatch(encoded) else "invalid checksum digest format"
