"""Places of fields: in block and flow style, JSON, merges and aliases, and where the field is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.documents.emit import emit
from kyvernopy.documents.json_text import write_json
from kyvernopy.documents.positions import locate, parse_path, place_in, show_path
from kyvernopy.source import Source
from support import examples

TEXT = """\
apiVersion: v1   # first
metadata:
  annotations:
    example.com/a.b: x
    "quoted key": y
spec: &spec
  rules:
  - name: one
  -
    name: two
    validate: {pattern: {a: 1}}
  - [p, [q]]
copy: *spec
merged:
  <<: *spec
  own: 1
on: 1
twice: 1
twice: {a: 2}
---
second: 1
"""


@pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", (1, 1)),
        ("apiVersion", (1, 1)),
        ("metadata", (2, 1)),
        ('metadata.annotations["example.com/a.b"]', (4, 5)),
        ("metadata.annotations['quoted key']", (5, 5)),
        (("metadata", "annotations", "quoted key"), (5, 5)),
        ("spec.rules[0]", (8, 5)),
        ("spec.rules[0].name", (8, 5)),
        ("spec.rules[1].name", (10, 5)),
        ("spec.rules[1].validate.pattern.a", (11, 26)),
        ("spec.rules[2][1][0]", (12, 10)),
        ("spec.rules[1].validate.message", (11, 5)),
        ("spec.rules[9]", (7, 3)),
        ("spec.rules.name", (7, 3)),
        ("status", (1, 1)),
        ("copy.rules[0]", (13, 1)),
        ("merged.rules", (15, 3)),
        ("merged.own", (16, 3)),
        ("true", (17, 1)),
        ("twice.a", (19, 9)),
    ],
)
def test_field_is_at_its_place(path, place, libyaml):
    assert locate(TEXT, 1, path, _libyaml=libyaml) == place


def test_documents_are_counted_as_the_reader_counts_them():
    text = "# only\n---\n---\nb: [\n---\nc: 1\n"
    assert locate(text, 1, ()) == (3, 1)
    assert locate(text, 2, "b") is None
    assert locate(text, 3, "c") == (6, 1)
    assert locate(text, 4, "c") is None
    assert locate(TEXT, 2, "second") == (21, 1)


@pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])
def test_odd_characters_hide_no_other_field(libyaml):
    assert locate('{"a": "\x7f\x85", "b": 1}', 1, "b", _libyaml=libyaml) == (1, 13)
    assert locate("a: &x k\n*x : 1\n~: 2\nb: 3\n", 1, "b", _libyaml=libyaml) == (4, 1)


def test_json_has_places_too():
    text = '{\n\t"a": {"b": [1, {"c": "\\ud83d\\ude00"}]}\n}'
    assert locate(text, 1, "a.b[1].c") == (2, 18)


def test_line_of_the_source_leads_to_its_document():
    assert place_in(TEXT, Source("f", 2, 21), "second").line == 21
    assert place_in("a: [", Source("f", 1, 1), "a") is None
    assert place_in("a: 1\n", Source("f", 1, 9), "a") is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a.b-c_d/e", ("a", "b-c_d/e")),
        ("a[0][12].b", ("a", 0, 12, "b")),
        ('a["x.y"].b', ("a", "x.y", "b")),
        ('["\\"]"]', ('"]',)),
        ('[""]', ("",)),
        ("[0]", (0,)),
    ],
)
def test_path_has_a_text(text, path):
    assert parse_path(text) == path
    assert show_path(path) == text


def test_what_is_no_path_is_one_key():
    assert parse_path("a[") == ("a[",)
    assert parse_path("a..b") == ("a..b",)


@given(st.lists(st.text(max_size=6) | st.integers(0, 20), max_size=5).map(tuple))
def test_text_of_a_path_reads_as_the_path(path):
    assert parse_path(show_path(path)) == path


KEYS = st.text("ab1.:/é#-", max_size=5)
TREES = st.recursive(
    st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=8,
)


def paths(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


@given(TREES)
@examples(150)
def test_every_field_of_what_is_written_is_found(value):
    value = {"root": value}
    for text in (emit(value), write_json(value, 2)):
        lines = text.split("\n")
        for path in paths(value):
            line, column = locate(text, 1, path)
            rest = lines[line - 1][column - 1 :]
            assert rest.lstrip("\"'").startswith(path[-1]) if path and isinstance(path[-1], str) else rest
