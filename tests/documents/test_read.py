"""Streams of documents: what is read, what is refused and where, and that the two parsers agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.documents.emit import emit, emit_all
from kyvernopy.documents.read import Document, read_documents, unpack
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.limits import Limits
from kyvernopy.source import Source
from support import check_rows, examples, vectors

PARSERS = pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])
# Pieces of YAML that collide in interesting ways.
PIECES = st.sampled_from(
    [
        "a",
        "b: ",
        "- ",
        "\n",
        "\n  ",
        "\n---\n",
        "\n...\n",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        "'",
        '"',
        "&x ",
        "*x",
        "<<: ",
        "|\n  ",
        "# c",
        "? ",
        "1",
        "~",
        "!!int ",
        "%YAML 1.1\n",
        "{{ v }}",
        "\t",
        "é",
        "😀",
        "\r\n",
        "\ufeff",
    ]
)
YAML_LIKE = st.lists(PIECES, max_size=25).map("".join)


def read(text, **options):
    return list(read_documents(text, "f.yaml", **options))


def outline(documents):
    """Values, and of errors all that they say."""
    return [
        document.finding if isinstance(document, DocumentError) else (repr(document.value), document.source.line)
        for document in documents
    ]


# --- Cases ---


@PARSERS
@table(__file__, "structures", "text", "documents", "strict")
def test_stream_is_read_as_the_case_says(text, documents, strict, libyaml):
    found = read(text, strict=bool(strict), _libyaml=libyaml)
    assert [summary(*pair) for pair in zip(found, documents, strict=False)] == documents
    assert len(found) == len(documents)


def summary(document, wanted):
    if isinstance(document, Document):
        return {"value": document.value}
    finding = document.finding
    told = {"code": finding.code, "line": finding.place.line, "column": finding.place.column}
    return told | {name: getattr(finding, name) for name in ("message", "help") if name in wanted}


def test_recorded_splits_have_as_many_documents():
    def check(row):
        count = len(read(row["input"]))
        return count, len(row["expect"])

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == "split_documents"])


# --- Sources ---


def test_source_names_document_and_line():
    text = "# c\na: 1\n---\n\n# d\nb: 2\n---\n---\nc: 3\n"
    sources = [document.source for document in read(text)]
    assert [(source.document, source.line) for source in sources] == [(1, 2), (2, 6), (4, 9)]
    assert {source.text for source in sources} == {text}


def test_empty_documents_are_kept_on_request():
    assert [document.value for document in read("---\n---\na: 1\n", keep_empty=True)] == [None, {"a": 1}]


def test_list_is_unpacked_into_its_items():
    source = Source("f", 3, 7)
    items = [{"apiVersion": "v1", "kind": "Pod"}, {"apiVersion": "v1", "kind": "Secret"}]
    found = list(unpack(Document({"apiVersion": "v1", "kind": "List", "items": items}, source)))
    assert [document.value for document in found] == items
    assert [document.source for document in found] == [replace(source, item=0), replace(source, item=1)]


def test_items_of_a_typed_list_get_its_kind():
    items = [{"metadata": {}}, {"kind": "Pod", "apiVersion": "v2"}, 1]
    value = {"apiVersion": "v1", "kind": "PodList", "items": items}
    found = [document.value for document in unpack(Document(value, Source("f")))]
    assert found == [{"apiVersion": "v1", "kind": "Pod", "metadata": {}}, {"kind": "Pod", "apiVersion": "v2"}, 1]
    assert items[0] == {"metadata": {}}


@pytest.mark.parametrize(
    "value", [{"kind": "List"}, {"kind": "PodList", "items": {}}, {"items": []}, [], None, {"kind": 1}]
)
def test_what_is_no_list_stays_whole(value):
    document = Document(value, Source("f"))
    assert list(unpack(document)) == [document]


# --- Bounds ---


@PARSERS
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[{a: ", "? "])
def test_endless_nesting_is_an_error_and_the_next_document_is_read(opening, libyaml):
    count = 100_000 // len(opening) if libyaml else 2_000
    error, document = read(opening * count + "\n---\nb: 1\n", _libyaml=libyaml)
    assert error.finding.code in {"limit-exceeded", "yaml-syntax", "yaml-key"}
    assert document.value == {"b": 1}


def test_nesting_up_to_the_bound_is_read_whatever_the_bound():
    [document] = read("- " * 899 + "[]", limits=Limits(depth=900))
    value = document.value
    for _ in range(899):
        [value] = value
    assert value == []


@PARSERS
def test_alias_bomb_is_refused(libyaml):
    names = "abcdefghi"
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names))
    error, document = read(bomb + "---\nz: 1\n", _libyaml=libyaml)
    assert error.finding.code == "limit-exceeded"
    assert "alias_nodes" in error.finding.message
    assert error.finding.place.line == 6
    assert document.value == {"z": 1}


def test_alias_nodes_count_in_each_document():
    text = "a: &a [1, 2, 3]\nb: *a\n"
    assert len([d for d in read(text + "---\n" + text, limits=Limits(alias_nodes=4)) if isinstance(d, Document)]) == 2
    assert all(isinstance(d, DocumentError) for d in read(text, limits=Limits(alias_nodes=3)))


def test_chain_of_aliases_cannot_grow_deeper_than_the_bound():
    chain = "- &a0 [x]\n" + "".join(f"- &a{n + 1} [*a{n}]\n" for n in range(300))
    [error] = read(chain)
    assert "limit `depth`" in error.finding.message


def test_copies_of_an_alias_are_their_own():
    [document] = read("a: &x {p: [1]}\nb: *x\nc: {<<: *x}\n")
    document.value["b"]["p"].append(2)
    document.value["c"]["p"].append(3)
    assert document.value == {"a": {"p": [1]}, "b": {"p": [1, 2]}, "c": {"p": [1, 3]}}


@PARSERS
def test_large_document_is_an_error_and_the_others_are_read(libyaml):
    text = "a: 1\n---\nb: " + "x" * 100 + "\n---\nc: 3\n"
    first, error, last = read(text, limits=Limits(document_size=50), _libyaml=libyaml)
    assert (first.value, last.value) == ({"a": 1}, {"c": 3})
    assert (error.finding.code, error.finding.place.line) == ("limit-exceeded", 2)
    assert last.source.line == 5


def test_large_json_is_an_error():
    [error] = read('{"a": "' + "x" * 100 + '"}', limits=Limits(document_size=50))
    assert error.finding.code == "limit-exceeded"


def test_many_broken_documents_are_read_in_linear_time():
    text = "a: [\n---\nb: 1\n---\n" * 20_000
    assert len(read(text)) == 40_000


# --- Properties ---


def agree(text):
    """What both parsers make of a text; of errors the code only, because they notice some of them at different places."""
    outlines = outline(read(text)), outline(read(text, _libyaml=False))
    return [[item.code if isinstance(item, Finding) else item for item in items] for items in outlines]


@given(YAML_LIKE | st.text(max_size=60))
@examples(300)
def test_any_text_gives_documents_or_our_errors(text):
    for libyaml in (True, False):
        for document in read(text, _libyaml=libyaml):
            assert isinstance(document, (Document, DocumentError))
            place = document.finding.place if isinstance(document, DocumentError) else None
            assert place is None or 1 <= place.line <= text.count("\n") + 1


# Without `...`: behind it, what is no document at all is told in other words where reading resumes there. Without `%`:
# libyaml takes directives also where YAML does not allow them, if the document before them is empty.
@given(YAML_LIKE.filter(lambda text: "..." not in text and "%" not in text))
@examples(300)
def test_document_is_the_same_alone_and_in_a_stream(text):
    with_error = read("x: [\n---\n" + text)  # the error makes the reader take each document by itself
    in_one_go = read("x: 1\n---\n" + text)
    assert outline(with_error)[1:] == outline(in_one_go)[1:]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON_VALUES, max_size=4), st.data())
@examples(200)
def test_both_parsers_read_the_same_from_damaged_documents(values, data):
    text = emit_all(values)
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.sampled_from(["  x: 1", "- y", "[", "}", "'", "\tz: 1", "a: b: c", "@", "---", "*q"]))
    ours, pure = agree("\n".join(lines))
    assert ours == pure


@given(JSON_VALUES)
def test_what_is_emitted_is_read(value):
    [document] = read(emit(value), keep_empty=True)
    assert document.value == value
