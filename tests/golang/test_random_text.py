"""Texts drawn from a regular expression."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.random_text import random_text
from kyvernopy.golang.regex import RegexError, compile_regex
from kyvernopy.limits import Limits

PATTERNS = [
    "[A-Z0-9]{8}-[a-f]{4}",
    "a|b|c",
    "(a|bc)+x?",
    r"\d{3}\.\w+",
    "[^a]",
    ".*",
    r"(?s:.)\pL",
    r"[\x{4e00}-\x{9fff}]{2}",
    "(?i)abc",
    r"[\x{10000}-\x{10ffff}]",
    "\x00",
]


@given(st.sampled_from(PATTERNS), st.integers(0, 2**32))
def test_the_pattern_matches_what_is_drawn(pattern, seed):
    text = random_text(pattern, Random(seed).randrange)  # noqa: S311 - no secret
    assert compile_regex(f"^(?:{pattern})$").search(text)
    text.encode()


def test_equal_choices_draw_equal_texts():
    assert random_text("[a-c]{2}x*", lambda _: 0) == "aa"
    assert random_text("[a-c]{2}x{0,3}", lambda count: count - 1) == "ccxxx"


def test_any_character_is_one_that_can_be_read():
    assert random_text(".{3}[^a]", lambda _: 0) == "    "


def test_what_matches_nothing_draws_nothing():
    assert random_text(r"[^\x00-\x{10FFFF}]$", lambda _: 0) == ""


def test_what_go_refuses_is_refused():
    with pytest.raises(RegexError):
        random_text("(", lambda _: 0)


def test_long_texts_are_refused():
    with pytest.raises(LimitExceeded, match="output_size"):
        random_text("(((a{9}){9}){9}b*)*", lambda count: count - 1, Limits(output_size=1_000))
