"""Plain data that callers hand over is copied within the same bounds as text."""

from __future__ import annotations

import pytest

from kyvernopy.documents.plain import copy_plain
from kyvernopy.errors import LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS


def test_a_part_that_stands_twice_is_copied_twice():
    part = {"a": [1]}
    copy = copy_plain({"x": part, "y": part}, DEFAULT_LIMITS)
    assert copy == {"x": part, "y": part}
    assert copy["x"] is not copy["y"]


def test_parts_that_double_again_and_again_cross_a_limit():
    part = []
    for _ in range(60):
        part = [part, part]
    with pytest.raises(LimitExceeded, match="alias_nodes"):
        copy_plain(part, DEFAULT_LIMITS)


def test_a_list_that_holds_itself_crosses_a_limit():
    part = []
    part.append(part)
    with pytest.raises(LimitExceeded):
        copy_plain(part, DEFAULT_LIMITS)
