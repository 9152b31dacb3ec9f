"""The patch that leads from one document to another: it does, and it is small."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kyvernopy import LimitExceeded, Limits, json_diff, json_patch
from kyvernopy.errors import PatchError
from random_patches import random_pair
from support import examples, same


@examples(10_000)
@given(st.integers(0, 2**64 - 1))
def test_the_patch_makes_the_one_of_the_other(seed):
    before, after = random_pair(seed)
    kept = copy.deepcopy((before, after))
    operations = json_diff(before, after)
    assert same(json_patch(before, operations), after), operations
    assert repr(kept) == repr((before, after))
    assert {operation["op"] for operation in operations} <= {"add", "remove", "replace"}
    assert (operations == []) is same(before, after)
    assert json_diff(after, after) == json_diff(copy.deepcopy(after), after) == []


def paths(before, after):
    return [(one["op"], one["path"], *([one["value"]] if "value" in one else [])) for one in json_diff(before, after)]


def test_members_come_in_the_order_of_their_names():
    assert paths({"a": 1, "z": 1, "y": 1}, {"c": 2, "b": 1, "a": 2}) == [
        ("replace", "/a", 2),
        ("add", "/b", 1),
        ("add", "/c", 2),
        ("remove", "/y"),
        ("remove", "/z"),
    ]


def test_names_are_escaped():
    assert paths({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}) == [("replace", "/a~1b/c~0d", 2)]


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ([1, 2, 3], [1, 3], [("remove", "/1")]),
        (["a", "b"], ["x", "a", "b"], [("add", "/0", "x")]),
        (["a", "b", "c"], ["a", "x", "c", "d"], [("add", "/3", "d"), ("replace", "/1", "x")]),
        ([{"name": "a", "value": "1"}], [{"name": "a", "value": "2"}], [("replace", "/0/value", "2")]),
        (["a", "b", "c"], ["c"], [("remove", "/1"), ("remove", "/0")]),
        ([[1], [2], [3]], [[1], [4]], [("remove", "/2"), ("replace", "/1/0", 4)]),
        ([[1]], [[1], [2], [3]], [("add", "/1", [2]), ("add", "/2", [3])]),
        ([None], [1], [("replace", "/0", 1)]),
        ([True], [1], [("replace", "/0", 1)]),
        ([1], [1.0], []),
        ([0], [False], [("replace", "/0", False)]),
    ],
    ids=str,
)
def test_a_list_gets_few_operations(before, after, operations):
    assert paths(before, after) == operations


@pytest.mark.parametrize(
    ("before", "after"), [({}, []), ([], None), ({"a": 1}, None), ("a", "b"), (1, True), (None, {}), (1, "1")], ids=str
)
def test_values_of_different_types_are_replaced(before, after):
    assert paths(before, after) == [("replace", "", after)]


def test_a_member_with_the_empty_name_is_replaced_as_a_whole():
    assert paths({"": {"a": 1, "b": 2}}, {"": {"a": 1}}) == [("replace", "/", {"a": 1})]
    assert paths({"": {"a": 1}}, {"": {"a": 1.0}}) == []


def test_what_is_shared_is_not_looked_into():
    class Untouchable(dict):
        def items(self):
            raise AssertionError

        __iter__ = keys = values = items

    shared = Untouchable(a=1)
    assert paths({"s": shared, "a": 1}, {"s": shared, "a": 2}) == [("replace", "/a", 2)]


def test_long_lists_are_compared_item_by_item():
    before = [f"a{number}" for number in range(50_000)]
    operations = json_diff(before, [f"b{number}" for number in range(50_000)])
    assert len(operations) == 50_000
    assert len(json_diff(before, ["x", *before])) == 1  # what both end with needs no search


def test_what_is_too_deep_is_refused():
    def nested(inner, levels):
        for level in range(levels):
            inner = {"a": inner} if level % 2 else [inner, {}]
        return inner

    assert len(json_diff(nested(1, 200), nested(2, 200))) == 1
    for levels in (201, 100_000):
        with pytest.raises(LimitExceeded, match="depth"):
            json_diff(nested(1, levels), nested(2, levels))
    assert len(json_diff(nested(1, 400), nested(2, 400), limits=Limits(depth=400))) == 1


def test_keys_that_json_does_not_have_are_refused():
    for before, after in [({}, {1: 2}), ({1: 2}, {}), ({"a": 1}, {"a": 1, None: 2})]:
        with pytest.raises(PatchError, match=r"of JSON|in JSON"):
            json_diff(before, after)


@examples(500)
@given(st.integers(0, 2**64 - 1))
def test_the_patch_needs_none_of_our_leniencies(seed):
    strict = pytest.importorskip("jsonpatch")
    before, after = random_pair(seed)
    operations = json_diff(before, after)
    # The package takes a member with this name for the end of a list.
    assume(not any("-" in operation["path"].split("/") for operation in operations))
    assert same(strict.apply_patch(before, operations), after)
