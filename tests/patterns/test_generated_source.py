"""The generated functions read as if written; what they look like is stored, so that changes are seen in review."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import yaml

from kyvernopy import compile_pattern

CASES = Path(__file__).parent / "cases"
PATTERNS = {case["name"]: case["pattern"] for case in yaml.safe_load((CASES / "generated.yaml").read_text("utf-8"))}
STORED = CASES / "generated"


@pytest.mark.parametrize("name", PATTERNS)
def test_generated_source_is_as_stored(name):
    pattern = compile_pattern(PATTERNS[name])
    pattern.compile()
    assert inspect.getsource(pattern.passes) == (STORED / f"{name}.txt").read_text("utf-8")


def test_every_stored_text_has_a_pattern():
    assert {path.stem for path in STORED.iterdir()} == PATTERNS.keys()


def test_source_is_generated_after_some_hundred_matches():
    pattern = compile_pattern({"a": "x"})
    before = pattern.passes
    assert all(pattern.matches({"a": "x"}) for _ in range(400))
    assert pattern.passes is not before


def test_a_pattern_that_can_skip_stays_with_closures():
    pattern = compile_pattern({"(a)": "x", "b": "y"})
    before = pattern.passes
    pattern.compile()
    assert pattern.passes == before
