"""The table of merging lists has every list of Kubernetes 1.21, and no other."""

from __future__ import annotations

from kyvernopy.kubernetes.merge_keys import merge_keys
from reference.merging import MERGE_KEYS
from support import check_rows


def lists(place, path=""):
    """The keys of all merging lists below a place, by their paths."""
    found = {}
    for name, below in place.below.items():
        here = f"{path}{name}"
        if below.keys is None:
            found |= lists(below, f"{here}.")
        else:
            found |= {here: list(below.keys)} | lists(below, f"{here}[].")
    return found


def test_recorded_lists_are_in_the_table():
    def check(row):
        recorded = {entry["path"]: entry["merge_keys"] for entry in row["merge_lists"]}
        return lists(merge_keys(row["apiVersion"], row["kind"])), recorded

    check_rows("strategic_merge_schema", check)


def test_the_table_is_that_of_the_definition():
    for name, paths in MERGE_KEYS.items():
        version, _, kind = name.partition(" ")
        assert lists(merge_keys(version, kind)) == {path.replace(".[]", "[]"): keys for path, keys in paths.items()}


def test_other_kinds_have_no_places():
    assert merge_keys("extensions/v1beta1", "Deployment") is None
    assert merge_keys("example.com/v1", "Widget") is None
    assert merge_keys(["v1"], {"kind": "Pod"}) is None


def test_members_are_visited_in_order():
    place = merge_keys("v1", "Pod")
    assert list(place.below) == sorted(place.below)
    assert list(place.below["spec"].below) == sorted(place.below["spec"].below)
