"""Kinds of resources, and the selectors of kinds that policies write: `Pod`, `apps/v1/Deployment`, `*/scale`.

A selector is parsed once into four wildcard patterns. Its parts are told apart by their number and by whether the first
one looks like a version (spec 03 §2.1), which makes some texts mean what their authors did not expect: `Foo.bar.baz`
is the kind `baz` of group `Foo`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyvernopy.kubernetes.wildcards import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, TypeAlias

__all__ = ["GroupVersionKind", "KindSelector", "contains_kind", "gvk_of", "kind_part", "parse_kind", "split_kind"]

GroupVersionKind: TypeAlias = "tuple[str, str, str]"

VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?|\*")
POD: GroupVersionKind = ("", "v1", "Pod")


def gvk_of(resource: Mapping[str, Any]) -> GroupVersionKind:
    """Group, version and kind as the resource states them; empty where it does not."""
    api_version, kind = resource.get("apiVersion"), resource.get("kind")
    group, _, version = api_version.rpartition("/") if isinstance(api_version, str) else ("", "", "")
    return group, version, kind if isinstance(kind, str) else ""


# --- Selectors (spec 03 §2) ---


@dataclass(frozen=True, slots=True)
class KindSelector:
    """Which kinds a policy is about; each part is a wildcard pattern, and an empty one matches only the empty text."""

    group: str = ""
    version: str = ""
    kind: str = ""
    subresource: str = ""

    def matches(self, gvk: GroupVersionKind, subresource: str = "", *, ephemeral_containers: bool = True) -> bool:
        """Whether the selector matches the kind of a request and its subresource.

        With `ephemeral_containers`, a selector of Pods also matches their subresource `ephemeralcontainers`.
        """
        group, version, kind = gvk
        if not (matches(self.kind, kind) and matches(self.group, group) and matches(self.version, version)):
            return False
        lenient = ephemeral_containers and subresource == "ephemeralcontainers" and gvk == POD
        return lenient or matches(self.subresource, subresource)


NO_KIND = KindSelector()  # no kind is empty, so it matches nothing


def parse_kind(text: str) -> KindSelector:
    """The selector that a text of `kinds` stands for."""
    *front, last = text.split("/")
    match [*front, *last.split(".")]:  # a dotted group stands in front and is not split
        case [kind]:
            return KindSelector("*", "*", kind)
        case ["*", "*"]:
            return KindSelector("*", "*", "*", "*")
        case ["*", subresource] if subresource == subresource.lower():
            return KindSelector("*", "*", "*", subresource)
        case [version, kind] if VERSION.fullmatch(version):
            return KindSelector("*", version, kind)
        case [kind, subresource]:
            return KindSelector("*", "*", kind, subresource)
        case [version, kind, subresource] if VERSION.fullmatch(version):
            return KindSelector("*", version, kind, subresource)
        case [group, version, kind]:
            return KindSelector(group, version, kind)
        case [group, version, kind, subresource]:
            return KindSelector(group, version, kind, subresource)
    return NO_KIND


# --- The older reading, without wildcards, which autogen uses (spec 03 §2.1) ---


def split_kind(text: str) -> tuple[str, str]:
    """The API version, if there is one, and the kind with its subresource: `("v1", "Pod/status")`."""
    match text.split("/"):
        case [kind]:
            return "", kind.replace(".", "/", 1)
        case ["*", "*"]:
            return "", "*/*"
        case [version, kind] if VERSION.fullmatch(version):
            return version, kind.replace(".", "/", 1)
        case [kind, subresource]:
            return "", f"{kind}/{subresource}"
        case [version, kind, subresource] if VERSION.fullmatch(version):
            return version, f"{kind}/{subresource}"
        case [group, version, kind]:
            return f"{group}/{version}", kind.replace(".", "/", 1)
        case [group, version, kind, subresource]:
            return f"{group}/{version}", f"{kind}/{subresource}"
    return "", ""


def kind_part(text: str) -> str:
    """The kind that a selector names, without group, version and subresource."""
    return split_kind(text)[1].partition("/")[0].partition(".")[0]


def contains_kind(kinds: Iterable[str], kind: str) -> bool:
    """Whether some selector names exactly this kind: `v1/Pod` and `Pod/exec` both name Pod."""
    return any(kind_part(text) == kind for text in kinds)
