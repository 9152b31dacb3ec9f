"""What is written is read back, by this reader and by others; and Kyverno's own way to print."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.documents.emit import emit, emit_all, emit_as_kyverno
from kyvernopy.documents.read import read_documents
from kyvernopy.source import Resource
from support import check_rows, examples, vectors

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# Pieces that mean something to some reader of YAML.
TRICKY = st.lists(
    st.sampled_from(
        [
            "y",
            "No",
            "on",
            "null",
            "~",
            "0",
            "1",
            "7",
            "0o7",
            "0x",
            "_",
            "e",
            "+",
            "-",
            ".",
            ":",
            " ",
            "  ",
            "#",
            "\n",
            "\t",
            "=",
            "<<",
            "\r",
            "\x85",
            "\u2028",
            "\u2029",
            "\x7f",
            "\x9f",
            "\ufeff",
            "\xa0",
            "'",
            '"',
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            "&",
            "*",
            "!",
            "|",
            ">",
            "%",
            "@",
            "`",
            "?",
            "inf",
            "nan",
            "12:30",
            "2024-01-02",
            "é",
            "😀",
            "a",
            "Mi",
            "\x00",
            "---",
            "...",
        ]
    ),
    max_size=6,
).map("".join)
ANY_TEXT = TRICKY | TEXTS
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=15,
)


def read(text):
    return [document.value for document in read_documents(text, keep_empty=True, _libyaml=True)]


@given(VALUES, st.sampled_from([(2, False), (4, True), (2, True), (4, False)]), st.booleans())
@examples(400)
def test_what_is_emitted_is_read_back(value, shape, sort_keys):
    indent, indent_lists = shape
    text = emit(value, indent=indent, indent_lists=indent_lists, sort_keys=sort_keys)
    assert read(text) == [value]
    assert text.endswith("\n")


@given(ANY_TEXT)
@examples(600)
def test_other_readers_read_the_same_text(text):
    for value in (text, {text: text}, [text, {"a": text}]):
        emitted = emit(value)
        for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            assert yaml.load(emitted, Loader=loader) == value  # noqa: S506  both are safe


@given(NUMBERS)
def test_other_readers_read_the_same_number(number):
    assert yaml.safe_load(emit(number)) == number


@given(st.lists(VALUES, max_size=5))
def test_stream_is_read_back(values):
    assert read(emit_all(values)) == values


@given(VALUES)
def test_emitting_again_changes_nothing(value):
    assert emit(read(emit(value))[0]) == emit(value)


@table(__file__, "emitted", "value", "text")
def test_value_is_written_as_the_table_says(value, text):
    assert emit(value) == text


def test_options_give_the_shape_of_a_mutated_resource():
    value = {"spec": {"containers": [{"name": "a", "ports": [{"p": 1}]}]}, "kind": "Pod", "list": [[1, 2], []]}
    assert emit(value, indent=4, indent_lists=True, sort_keys=True) == (
        "kind: Pod\nlist:\n    - - 1\n      - 2\n    - []\n"
        "spec:\n    containers:\n        - name: a\n          ports:\n            - p: 1\n"
    )


def test_resource_is_written_as_a_map():
    assert emit(Resource({"a": Resource({"b": 1})})) == "a:\n  b: 1\n"


def test_keys_that_are_no_texts_become_texts():
    assert emit({2: "a", True: "b", 1.5: "c"}) == '"2": a\n"true": b\n"1.5": c\n'


def test_long_key_is_read_back():
    value = {"k" * 2000: 1, "l": [{"x " * 900: {"y": 2}}]}
    assert read(emit(value)) == [value] == [yaml.safe_load(emit(value))]


def test_infinities_are_written_though_json_has_none():
    assert emit([math.inf, -math.inf, math.nan]) == "- .inf\n- -.inf\n- .nan\n"


def test_half_of_a_pair_is_written_as_the_replacement_character():
    assert emit("a\ud800") == '"a\ufffd"\n'


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="a set cannot be written as YAML"):
        emit({"a": {1}})


# --- As Kyverno prints ---


def test_recorded_blocked_messages():
    def check(row):
        rules = {rule["name"]: rule["message"] for rule in row["rules"]}
        return emit_as_kyverno({row["policyName"]: rules}), row["expect"].partition(" \n\n")[2]

    check_rows("results", check, [row for row in vectors("results") if row["function"] == "blockedMessage"])


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("plain text", "plain text"),
        ("it's: so", "'it''s: so'"),
        ("a: b", "'a: b'"),
        ("- a", "'- a'"),
        (" lead", "' lead'"),
        ("", '""'),
        ("yes", '"yes"'),
        ("12:30", '"12:30"'),
        ("2024-01-02", '"2024-01-02"'),
        ("<<", '"<<"'),
        (".inf", '".inf"'),
        ("1e3", '"1e3"'),
        ("x" * 200 + " " + "y" * 200, "x" * 200 + " " + "y" * 200),
        ("two\nlines", "|-\n  two\n  lines"),
        ("two\nlines\n", "|\n  two\n  lines"),
        ("ends with\nblank ", '"ends with\\nblank "'),
        ("tab\there", '"tab\\there"'),
        ("é", "é"),
    ],
)
def test_message_is_quoted_as_go_yaml_does(message, written):
    assert emit_as_kyverno({"m": message}) == f"m: {written}\n"


def test_keys_are_in_the_order_of_go_yaml():
    names = [
        "rule-10",
        "rule-2",
        "rule-02",
        "Rule",
        "a",
        "a-b",
        "ab",
        "a1",
        "1",
        "10",
        "2",
        "rule-101",
        "rule-1001",
        "b",
    ]
    ordered = [
        "1",
        "2",
        "10",
        "Rule",
        "a",
        "a-b",
        "a1",
        "ab",
        "b",
        "rule-2",
        "rule-02",
        "rule-10",
        "rule-101",
        "rule-1001",
    ]
    printed = emit_as_kyverno(dict.fromkeys(names, 0))
    assert [line.split(": ")[0].strip('"') for line in printed.splitlines()] == ordered


# Upstream: libyaml's emitters write these line ends of YAML 1.1 into quotes, where they fold to a blank.
MESSAGES = ANY_TEXT.filter(lambda text: not set(text) & set("\x85\u2028\u2029"))


@given(st.dictionaries(MESSAGES, st.dictionaries(MESSAGES, MESSAGES, max_size=3), min_size=1, max_size=3))
def test_blocked_message_is_read_back(messages):
    assert read(emit_as_kyverno(messages)) == [messages]


def test_numbers_and_lists_are_printed_as_well():
    value = {"a": [1, 1.0, 2.5, True, None, "x", []], "b": {}}
    assert emit_as_kyverno(value) == "a:\n- 1\n- 1\n- 2.5\n- true\n- null\n- x\n- []\nb: {}\n"
