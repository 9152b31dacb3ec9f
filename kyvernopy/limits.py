"""The bounds that untrusted policies and resources are held to, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of loading and deciding; crossing one is `LimitExceeded`, or a result with status `error`.

    `document_size`: characters of one YAML or JSON document. `depth`: levels of maps and lists in it. `alias_nodes`:
    nodes that aliases may add to a document. `pattern_nodes`, `pattern_depth`: nodes and levels of one pattern.
    `expression_size`, `expression_depth`: characters and levels of one expression; `expression_work`: elements
    that one evaluation or merge may visit and characters it may make. `output_size`: characters of one text, or nodes
    of one value, that a function or a substitution makes. `context_size`: bytes of JSON of the context entries of a rule, or 0.
    `regex_input`: thousands of steps of one search where Python's `re` could take exponential time (millions of the
    smaller steps of RE2, if installed); in size and levels regular expressions are bounded like other expressions.
    `substitution_passes`: how often the result of a substitution is read again for variables. `foreach_elements`:
    elements of one rule.
    """

    document_size: int = 64 * 1024 * 1024
    depth: int = 200
    alias_nodes: int = 100_000
    pattern_nodes: int = 100_000
    pattern_depth: int = 64
    expression_size: int = 64 * 1024
    expression_depth: int = 64
    expression_work: int = 3_000_000
    output_size: int = 8 * 1024 * 1024
    context_size: int = 2 * 1024 * 1024
    regex_input: int = 1_000
    substitution_passes: int = 64
    foreach_elements: int = 100_000


DEFAULT_LIMITS = Limits()
