"""Filling holes gives what parsing the filled pattern gives, and leaves constant parts alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.patterns.evaluation import Cache
from kyvernopy.patterns.explain import explain
from kyvernopy.patterns.holes import fill
from kyvernopy.patterns.nodes import Hole
from kyvernopy.patterns.parse import Parser
from support import examples

from .random_cases import random_case


def with_holes(pattern, values):
    """The pattern with some of its scalars, and all empty parts, replaced by marks that stand for `values`."""
    if isinstance(pattern, dict):
        return {key: with_holes(below, values) for key, below in pattern.items()}
    if isinstance(pattern, list) and pattern and not isinstance(pattern[0], list):
        return [with_holes(item, values) if index == 0 else item for index, item in enumerate(pattern)]
    if isinstance(pattern, str) and len(pattern) % 2:
        values.append(pattern)
        return f"{{{{{len(values) - 1}}}}}"
    return pattern


def is_hole(part):
    return isinstance(part, str) and part.startswith("{{")


@examples(2_000)
@given(st.integers(0, 2**64 - 1))
def test_filling_holes_is_parsing_the_filled_pattern(seed):
    pattern, resource = random_case(seed)
    values: list = []
    parser = Parser(is_hole=is_hole)
    tree = parser.parse(with_holes(pattern, values))
    filled = fill(tree, [put_back(hole.raw, values) for hole in parser.holes], DEFAULT_LIMITS)
    assert explain(filled, resource, Cache()) == explain(Parser().parse(pattern), resource, Cache())


def put_back(part, values):
    if isinstance(part, list):
        return [put_back(item, values) for item in part]
    return values[int(part[2:-2])] if is_hole(part) else part


def test_constant_parts_keep_their_nodes():
    parser = Parser(is_hole=is_hole)
    tree = parser.parse({"a": {"b": "x"}, "c": "{{0}}"})
    filled = fill(tree, ["y"], DEFAULT_LIMITS)
    children = {key.key.text: key.child for key in filled.keys}
    assert children["a"] is next(key.child for key in tree.keys if key.key.text == "a")
    assert not isinstance(children["c"], Hole)
    assert fill(filled, [], DEFAULT_LIMITS) is filled
