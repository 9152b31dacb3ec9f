"""Wildcards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.kubernetes import wildcards
from kyvernopy.kubernetes.wildcards import classify, compile_wildcard, has_wildcard, matches
from reference import patterns
from support import check_rows, examples, vectors

PATTERNS = st.text(st.sampled_from("ab*?.\n"), max_size=8)
TEXTS = st.text(st.sampled_from("ab.\n"), max_size=10)


@table(__file__, "wildcards", "pattern", "kind", "accepted", "refused")
def test_pattern_is_of_this_kind_and_accepts_these_texts(pattern, kind, accepted, refused):
    test = compile_wildcard(pattern)
    assert classify(pattern).kind == kind
    assert [text for text in accepted + refused if test(text)] == accepted
    assert [text for text in accepted + refused if matches(pattern, text)] == accepted


@given(PATTERNS | st.text(max_size=8), TEXTS | st.text(max_size=8))
@examples(1000)
def test_patterns_match_as_the_definition_says(pattern, text):
    assert compile_wildcard(pattern)(text) == matches(pattern, text) == patterns.wildcard(pattern, text)


@given(PATTERNS)
def test_the_parts_of_a_pattern_are_all_there_is_to_it(pattern):
    parts = classify(pattern)
    middle = "".join(f"{segment}*" for segment in parts.middle)
    star = "" if parts.kind in ("exact", "fixed") else "*"
    written = {"filled": "?*"}.get(parts.kind, f"{parts.prefix}{star}{middle}{parts.suffix}")
    sample = pattern.replace("*", "ab").replace("?", "a")
    for text in (sample, sample + "a", sample[1:], pattern, ""):
        assert matches(written, text) == matches(pattern, text)


@pytest.mark.parametrize("pattern", ["*a" * 30 + "*b", "*a" * 30 + "*b*", "*?a" * 30 + "*b?c*", "a*" * 120 + "b"])
def test_many_stars_over_a_long_text_come_to_an_end(pattern):
    assert not compile_wildcard(pattern)("a" * 200_000)  # would never end if stars were reconsidered


def wildcard_row(row):
    match row["op"]:
        case "match":
            return matches(row["pattern"], row["value"]), row["expect"]
        case "contains":
            return has_wildcard(row["value"]), row["expect"]
        case "any-match":
            return any(matches(pattern, row["value"]) for pattern in row["patterns"]), row["expect"]
        case "first-match":
            pairs = [(pattern, value) for value in row["values"] for pattern in row["patterns"]]
            first = next((pair for pair in pairs if matches(*pair)), ("", ""))
            return first, (row["expect_pattern"], row["expect_value"])
        case _:
            wild = [value for value in row["values"] if has_wildcard(value)]
            return wild, row["expect_wild"]


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=20))
def test_long_texts_are_matched_as_short_ones(pattern, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wildcards, "MUCH", 0)
        assert compile_wildcard(pattern)(text) == patterns.wildcard(pattern, text)


LONG = "a" * 5_000


@pytest.mark.parametrize(("pattern", "expected"), [(f"*{LONG}", True), (f"*b*{LONG}b", False), (f"*?{LONG}b*", False)])
def test_a_long_pattern_over_a_long_text_comes_to_an_end(pattern, expected):
    assert compile_wildcard(pattern)("a" * 1_000_000) is expected


def test_recorded_wildcards():
    check_rows("wildcards", wildcard_row)


def test_recorded_names():
    rows = [row for row in vectors("matching") if row["level"] == "name"]
    check_rows("matching", lambda row: (matches(row["expected"], row["actual"]), row["expect"]), rows)
