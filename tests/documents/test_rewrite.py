"""Texts keep every character that has nothing to do with a change, and read as what was wanted."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kyvernopy.documents.changes import carried, partners, same
from kyvernopy.documents.read import read_documents
from kyvernopy.documents.rewrite import rewrite
from kyvernopy.errors import DocumentError

CASES = yaml.safe_load((Path(__file__).parent / "rewrites.yaml").read_text(encoding="utf-8"))
KEYS = {"id", "text", "document", "set", "expect"}


def values_of(text: str) -> dict[int, Any]:
    return {one.source.document: one.value for one in read_documents(text, keep_empty=True)}


def put(value: Any, path: str, new: Any) -> None:
    *steps, last = [int(step) if step.isdigit() else step for step in str(path).split(".")]
    for step in steps:
        value = value[step]
    if new == "DELETE":
        del value[last]
    else:
        value[last] = new


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_reads_as_its_file_says(case):
    assert not case.keys() - KEYS
    number = case.get("document", 1)
    value = values_of(case["text"])[number]
    for path, new in case["set"].items():
        put(value, path, new)
    assert rewrite(case["text"], {number: value}) == case["expect"]


def test_a_text_that_does_not_change_stays_to_the_letter():
    text = "\ufeff# c\na:   1\n---\n{ b : [ ] }   # x\n"
    assert rewrite(text, {1: {"a": 1.0}}) == text


def test_what_two_places_share_is_not_changed_in_one():
    text = "a: &x {k: 1}\nb: *x\n"
    with pytest.raises(DocumentError, match=r"f\.yaml: this cannot be changed in place"):
        rewrite(text, {1: {"a": {"k": 2}, "b": {"k": 1}}}, "f.yaml")


def test_a_text_that_cannot_be_read_is_an_error():
    with pytest.raises(DocumentError):
        rewrite("a: 1\n---\nb: [", {1: {"a": 2}})


def test_depth_ends_with_an_answer():
    deep: Any = 1
    for _ in range(190):
        deep = {"a": deep}
    text = json.dumps(deep)
    changed: Any = 2
    for _ in range(190):
        changed = {"a": changed}
    with contextlib.suppress(DocumentError):
        assert rewrite(text, {1: changed}) == json.dumps(changed)


# --- Any change of any text ---

WORDS = [
    "a",
    "name",
    "yes",
    "1",
    "x: y",
    "#c",
    "- z",
    "two\nlines",
    "end \n",
    "",
    "日本",
    "it's",
    '"q"',
    "{x}",
    "*b",
    "null",
]
SCALARS = st.sampled_from([*WORDS, 0, 1, -3, 1.5, True, False, None])
NAMES = st.sampled_from([*WORDS[:10], "b", "c", "d"])
ITEMS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcd")}, optional={"x": SCALARS, "y": SCALARS}), max_size=4
)
VALUES = st.recursive(
    SCALARS | ITEMS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


@st.composite
def changed_documents(draw: st.DrawFn) -> tuple[Any, Any]:
    """A document, and one that has much in common with it."""
    old = draw(DOCUMENTS)
    return old, draw(changed(old)) or {"a": 1}


def changed(value: Any) -> st.SearchStrategy[Any]:
    if isinstance(value, dict) and value:
        kept = st.fixed_dictionaries({}, optional={key: changed(item) for key, item in value.items()})
        more = st.dictionaries(NAMES, VALUES, max_size=1)
        return st.builds(lambda old, new: {**old, **new}, kept, more)
    if isinstance(value, list) and value:
        items = st.tuples(*map(changed, value)).map(list)
        return (
            items
            | items.map(lambda all_of: all_of[1:])
            | items.map(lambda all_of: all_of[::-1])
            | VALUES.map(lambda new: [new, *value])
        )
    return st.just(value) | SCALARS


def written(document: Any, style: tuple[Any, bool, int, bool]) -> str:
    flow, offset, indent, as_json = style
    if as_json:
        return json.dumps(document, indent=indent if offset else None)

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow=False, indentless=False):  # noqa: FBT002  PyYAML's signature
            return super().increase_indent(flow, indentless and not offset)

        def ignore_aliases(self, data):  # noqa: ARG002  as above
            return True

    text = yaml.dump(
        document, Dumper=Dumper, default_flow_style=flow, indent=indent, sort_keys=False, allow_unicode=True
    )
    return text if any(mark in text for mark in "|>\"'") else text.replace("\n", "  # a comment\n# before\n\n")


STYLES = st.tuples(st.sampled_from([False, False, None, True]), st.booleans(), st.sampled_from([2, 4]), st.booleans())


@settings(deadline=None)
@given(changed_documents(), STYLES)
def test_any_change_of_any_text_reads_as_what_was_wanted(pair, style):
    text = "# above\n---\n" * (not style[3]) + written(pair[0], style)
    old = values_of(text)[1]
    new = pair[1]
    result = rewrite(text, {1: new})
    assert same(values_of(result)[1], new)
    if same(old, new):
        assert result == text
    if style[3]:
        json.loads(result)


@settings(deadline=None)
@given(changed_documents())
def test_a_change_is_carried_over_to_the_form_of_the_user(pair):
    old, new = pair
    before = copy.deepcopy(pair)
    assert same(carried(old, old, new), new)
    own = {**old, "own": 1} if "own" not in old else old
    assert carried(own, old, old) is own
    assert carried(own, old, new).get("own") == own["own"]
    assert pair == before


def test_changes_that_do_not_touch_each_other_add_up():
    before = {"metadata": {"namespace": "default"}}
    one = {"metadata": {"namespace": "default", "labels": {"a": "1"}}}
    other = {"metadata": {"namespace": "default", "labels": {"b": "2"}}}
    own = carried({}, before, one)
    assert own == {"metadata": {"labels": {"a": "1"}}}
    assert carried(own, before, other) == {"metadata": {"labels": {"a": "1", "b": "2"}}}


def test_items_belong_together_by_value_then_by_name_then_by_place():
    assert partners([{"name": "a"}, {"name": "b", "x": 1}], [{"name": "b", "x": 2}, {"name": "c"}, {"name": "a"}]) == [
        1,
        None,
        0,
    ]
    assert partners([1, 2, 3], [1, 5, 3]) == [0, 1, 2]
    assert partners([1, 1], [1, 1, 1]) == [0, 1, None]
