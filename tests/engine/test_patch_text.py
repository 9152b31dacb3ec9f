"""The text of a JSON patch: YAML or JSON, by the first character."""

from __future__ import annotations

import pytest

from kyvernopy import LimitExceeded, Limits, json_patch
from kyvernopy.engine.mutation.patch_text import compile_patch_text, read_patch
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.json_values import NumberText


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "- yes\n- 'yes'\n- 0o17\n- 1_000\n- 1e3\n- 1:20\n- 2001-01-01",
            [True, "yes", 15, 1000, 1000, "1:20", "2001-01-01"],
        ),
        (" [1.5, {a: on}]", [1.5, {"a": True}]),
        ("- {1: a, true: b, a: 1, a: 2}", [{"1": "a", "true": "b", "a": 2}]),
        ("[]\n", []),
        ("# nothing", None),
        ("- a\n---\n- b: [", ["a"]),
        ('["\\ud800x", 12345678901234567890]', ["\ufffdx", 12345678901234567890.0]),
    ],
    ids=str,
)
def test_a_text_has_this_value(text, value):
    assert read_patch(text) == value


def test_numbers_of_json_remember_their_text():
    one, two = read_patch("[1.50, 1]")
    assert (type(one), one.text, type(two)) == (NumberText, "1.50", int)
    assert [type(item) for item in read_patch("- 1.5")] == [float]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty mutate rule"),
        ("a: [", "failed to convert patchesJSON6902 to JSON: yaml: line 1: did not find expected node content"),
        ("- .inf", "failed to convert patchesJSON6902 to JSON: yaml: `.inf` is not a number that JSON can hold"),
        ("- {null: 1}", "failed to convert patchesJSON6902 to JSON: yaml: a map key is null"),
        ("[{]", "failed to decode patches: invalid character ']' looking for beginning of object key string"),
        ("[NaN]", "failed to decode patches: invalid character 'N' looking for beginning of value"),
        ("[] []", "failed to decode patches: invalid character '[' after top-level value"),
        ("[1e400]", "failed to decode patches: json: cannot unmarshal number 1e400 into Go value of type float64"),
    ],
    ids=str,
)
def test_a_text_that_cannot_be_read_says_why(text, message):
    with pytest.raises(PatchError) as caught:
        read_patch(text)
    assert caught.value.message == message


def test_a_prepared_text_is_applied_often():
    patch = compile_patch_text("- {op: add, path: /metadata/labels/a, value: b}")
    for resource in ({}, {"metadata": {"labels": {"c": "d"}}}):
        assert patch.apply(resource)["metadata"]["labels"]["a"] == "b"
    assert patch.apply({"metadata": {}}) == json_patch({}, "- {op: add, path: /metadata/labels/a, value: b}")


def test_texts_are_bounded():
    for text, limits in [
        ("- 1234567890", Limits(document_size=10)),
        ("[[[[1]]]]", Limits(depth=3)),
        ("- [[[1]]]", Limits(depth=3)),
        ("- &a [1, 1, 1]\n- [*a, *a, *a]", Limits(alias_nodes=5)),
    ]:
        with pytest.raises(LimitExceeded):
            read_patch(text, limits)
