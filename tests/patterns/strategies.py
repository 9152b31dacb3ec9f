"""Patterns, and resources that come near to matching them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

__all__ = ["patterns_and_resources"]

NAMES = ["a", "b", "kind", "name", "metadata", "labels", "annotations", "spec"]
LABELS = ["app", "team", "example.com/x", "example.com/y"]
MODIFIERS = ["", "", "", "", "=", "=", "X", "()", "()", "<", "^", "+"]
WORDS = ["x", "yes", "nginx:1.2", "latest", "true", "1", "0", "2.5", "1h", "60m", "100m", "1Gi", "", "x y", "Ω", "M"]
OPERANDS = ["x", "?*", "*", "x*", "*x", "*g*", "n*:*", "1", "0", "2", "1.5", "1h", "500m", "1Gi", "", "true", "Ω", "??"]
NUMBERS = st.one_of(st.integers(-3, 12), st.sampled_from([0.0, 1.0, 2.5, 1e6, 1e-7, -0.0, 2**63 - 1]))

scalars = st.one_of(st.none(), st.booleans(), NUMBERS, st.sampled_from(WORDS), st.text(max_size=3))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of a pattern: alternatives, conjunctions, operators and ranges, mostly short."""
    operators = ["", "", "", "!", ">", "<", ">=", "<="]
    one = st.builds("{}{}".format, st.sampled_from(operators), st.sampled_from(OPERANDS))
    ranges = st.builds("{}{}{}".format, st.sampled_from(["0", "1", "-2"]), st.sampled_from(["-", "!-"]), st.just("10"))
    parts = draw(st.lists(st.one_of(one, one, one, ranges), min_size=1, max_size=3))
    return draw(st.sampled_from([" & ", " | ", "|", "&"])).join(parts)


leaves = st.one_of(scalars, texts(), texts())


@st.composite
def keys(draw: st.DrawFn, names: list[str]) -> str:
    name, modifier = draw(st.sampled_from(names)), draw(st.sampled_from(MODIFIERS))
    if modifier == "":
        return name
    return f"({name})" if modifier == "()" else f"{modifier}({name})"


def maps(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    labels = st.dictionaries(keys([*LABELS, "example.com/*", "*", "a?p"]), st.one_of(leaves, texts()), max_size=3)
    metadata = st.dictionaries(keys(["labels", "annotations", "name"]), st.one_of(labels, leaves), max_size=2)
    plain = st.dictionaries(keys(NAMES), children, max_size=4)
    with_metadata = st.builds(lambda one, key, two: {**one, key: two}, plain, keys(["metadata"]), metadata)
    return st.one_of(plain, plain, with_metadata)


def lists(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=3)


patterns = st.recursive(
    leaves, lambda children: st.one_of(maps(children), maps(children), lists(children)), max_leaves=12
)


@st.composite
def near(draw: st.DrawFn, pattern: Any) -> Any:
    """A resource in the shape of a pattern, with things left out, exchanged or put in here and there."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.one_of(scalars, st.just({}), st.just([])))
    if isinstance(pattern, dict):
        found = {}
        for raw, below in pattern.items():
            name = raw.strip("=^X<+()")
            wanted = name.replace("*", "z").replace("?", "p")
            if draw(st.integers(0, 9)) > (7 if raw.startswith("X(") is False else 1):
                continue
            found[wanted] = draw(near(below))
        for name in draw(st.lists(st.sampled_from([*NAMES, *LABELS]), max_size=1)):
            found.setdefault(name, draw(scalars))
        return found
    if isinstance(pattern, list):
        if not pattern:
            return draw(st.sampled_from([[], [1], None]))
        first = pattern if isinstance(pattern[0], list) else [pattern[0]] * draw(st.integers(0, 3))
        return [draw(near(item)) for item in first]
    if isinstance(pattern, str):
        return draw(
            st.one_of(st.just(pattern.split("|")[0].split("&")[0].strip(" !<>=*?")), st.sampled_from(WORDS), scalars)
        )
    return draw(st.one_of(st.just(pattern), st.just(pattern), scalars))


@st.composite
def patterns_and_resources(draw: st.DrawFn) -> tuple[Any, Any]:
    """A pattern, most often a map, and a resource that it nearly matches."""
    pattern = draw(st.one_of(maps(patterns), maps(patterns), patterns))
    return pattern, copy.deepcopy(draw(near(pattern)))
