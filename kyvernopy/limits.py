"""The bounds that untrusted policies and resources are held to, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of loading and deciding; crossing one is `LimitExceeded`, or a result with status `error`.

    `document_size`: characters of one YAML or JSON document. `depth`: levels of maps and lists in it. `alias_nodes`:
    nodes that aliases may add to a document. `pattern_nodes`, `pattern_depth`: nodes and levels of one pattern.
    """

    document_size: int = 64 * 1024 * 1024
    depth: int = 200
    alias_nodes: int = 100_000
    pattern_nodes: int = 100_000
    pattern_depth: int = 64


DEFAULT_LIMITS = Limits()
