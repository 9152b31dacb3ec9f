"""Files, folders, patterns and standard input; blocks of a file; and memory that does not grow with it."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.documents.blocks import Skipped, blocks_of
from kyvernopy.documents.load import load_documents, place_of
from kyvernopy.documents.read import Document, read_documents, unpack
from kyvernopy.documents.split import split_documents
from kyvernopy.errors import DocumentError
from kyvernopy.limits import Limits
from kyvernopy.source import Place, Source
from support import examples


def load(paths, **options):
    """Values, and of errors code and place."""
    found = load_documents(paths, **options)
    return [
        item.value if isinstance(item, Document) else (item.finding.code, str(item.finding.place)) for item in found
    ]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.yaml").write_text("b: 1\n---\nb: 2\n")
    (tmp_path / "a.yml").write_text("a: 1\n")
    (tmp_path / "c.json").write_text('{"c": 1}')
    (tmp_path / "notes.txt").write_text("t: 1\n")
    (tmp_path / ".hidden.yaml").write_text("h: 1\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("g: 1\n")
    (tmp_path / "aa").mkdir()
    (tmp_path / "aa" / "z.yaml").write_text("z: 1\n")
    return tmp_path


# --- Paths ---


def test_folder_is_read_in_name_order_without_hidden_entries(folder):
    assert load(folder) == [{"a": 1}, {"z": 1}, {"b": 1}, {"b": 2}, {"c": 1}]


def test_suffixes_choose_the_files_of_a_folder(folder):
    assert load(str(folder), suffixes=[".json"]) == [{"c": 1}]


def test_file_that_is_named_is_read_whatever_its_name(folder):
    assert load([folder / "notes.txt", folder / ".hidden.yaml"]) == [{"t": 1}, {"h": 1}]


def test_pattern_is_expanded_in_name_order(folder):
    assert load(f"{folder}/*.y*ml") == [{"a": 1}, {"b": 1}, {"b": 2}]
    assert load(f"{folder}/a*") == [{"a": 1}, {"z": 1}]
    assert load(f"{folder}/**/z.yaml") == [{"z": 1}]


def test_file_whose_name_looks_like_a_pattern_is_read(tmp_path):
    (tmp_path / "a[1].yaml").write_text("a: 1\n")
    assert load(f"{tmp_path}/a[1].yaml") == [{"a": 1}]


def test_what_cannot_be_read_costs_no_other_path(folder, tmp_path):
    empty = tmp_path / "aa" / "empty"
    empty.mkdir()
    assert load([f"{folder}/nope", f"{folder}/*.nope", empty, folder / "a.yml"]) == [
        ("path-missing", f"{folder}/nope"),
        ("path-missing", f"{folder}/*.nope"),
        ("folder-empty", str(empty)),
        {"a": 1},
    ]


def test_error_says_what_to_do(tmp_path):
    [error] = load_documents([tmp_path])
    assert isinstance(error, DocumentError)
    assert (
        str(error)
        == f"{tmp_path}: the folder has no file that ends in `.yaml`, `.yml`, `.json` (name a file or a folder)"
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_file_without_permission_is_an_error(folder):
    (folder / "a.yml").chmod(0)
    assert load(folder / "a.yml") == [("path-unreadable", f"{folder}/a.yml")]


def test_folder_without_permission_costs_no_other(folder, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("aa"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert load(folder) == [{"a": 1}, ("path-unreadable", f"{folder}/aa"), {"b": 1}, {"b": 2}, {"c": 1}]


def test_what_cannot_be_opened_is_an_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert load("s") == [("path-unreadable", "s")]


def test_device_that_fails_while_reading_is_an_error():
    if not os.path.exists("/proc/self/mem"):  # noqa: PTH110  a probe
        pytest.skip("this system has no file that opens and cannot be read")
    assert load("/proc/self/mem") == [("path-unreadable", "/proc/self/mem")]


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", ""])
def test_impossible_path_is_missing(path):
    assert [code for code, _ in load(path)] == ["path-missing"]


def test_link_to_a_file_is_followed_and_a_link_to_a_folder_is_not(folder):
    (folder / "aa" / "link.yaml").symlink_to(folder / "a.yml")
    (folder / "aa" / "up.yaml").symlink_to(folder)
    assert load(folder / "aa") == [{"a": 1}, {"z": 1}]


def test_standard_input_is_read():
    assert load(["-"], stdin=io.BytesIO(b"a: 1\n---\nb: [\n")) == [{"a": 1}, ("yaml-syntax", "-:3:5")]


# --- Texts ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_their_marks_are_read(tmp_path, encoding):
    (tmp_path / "a.yaml").write_bytes("a: é\n---\nb: \U0001f600\n".encode(encoding))
    assert load(tmp_path) == [{"a": "é"}, {"b": "\U0001f600"}]


def test_bytes_that_do_not_decode_cost_one_document(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"a: 1\n---\nb: caf\xe9\n---\nc: 3\n")
    found = list(load_documents(tmp_path))
    assert [item.value for item in found if isinstance(item, Document)] == [{"a": 1}, {"c": 3}]
    assert found[1].finding.message == "the byte 0xE9 is not UTF-8"
    assert (found[1].finding.place.line, found[1].finding.place.column) == (3, 7)


def test_binary_file_is_said_to_be_one(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\x7fELF\0\0\0")
    (tmp_path / "b.yaml").write_text("b: 1\n")
    assert load(tmp_path) == [("not-text", f"{tmp_path}/a.yaml"), {"b": 1}]


def test_large_file_is_read_in_blocks_with_right_lines(tmp_path):
    text = "".join(f"---\n# {'x' * 500}\nname: n{number}\n" for number in range(5_000))
    (tmp_path / "a.yaml").write_text(text)
    found = list(load_documents(tmp_path))
    assert [item.value["name"] for item in found] == [f"n{number}" for number in range(5_000)]
    assert [(item.source.document, item.source.line) for item in found] == [(n + 1, 3 * n + 3) for n in range(5_000)]
    assert found[0].source.text is None


def test_large_json_file_is_read_whole(tmp_path):
    (tmp_path / "a.json").write_text('{"items": [' + '{"n": "xxxxxxxxxxxxxxxxxxxx"},\n' * 70_000 + "{}]}")
    [value] = load(tmp_path)
    assert len(value["items"]) == 70_001


def test_document_beyond_the_bound_is_skipped_not_kept(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\n---\nb: |\n" + "  xxxxxxxxx\n" * 300_000 + "---\nc: 3\n---\nd: [\n")
    first, error, last, broken = load_documents(tmp_path, limits=Limits(document_size=1_000_000))
    assert (first.value, last.value, last.source.line) == ({"a": 1}, {"c": 3}, 300_005)
    assert (error.finding.code, error.finding.place.line) == ("limit-exceeded", 2)
    assert broken.finding.place.line == 300_007


MEMORY = """
import resource, sys
from kyvernopy.documents.load import load_documents
count = sum(1 for _ in load_documents(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts memory as Linux does, in kilobytes")
def test_memory_does_not_grow_with_the_file(tmp_path):
    # Half comment: what is measured is memory, and comments are quick to read.
    document = "---\n# " + "x" * 2000 + "\nkind: Pod\nmetadata: {name: a, labels: {b: c}}\nspec: " + "y" * 2000 + "\n"
    peaks = []
    for size in (5_000_000, 50_000_000):
        path = tmp_path / f"{size}.yaml"
        with path.open("w") as file:
            file.writelines(document for _ in range(size // len(document)))
        run = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
        count, peak = map(int, run.stdout.split())
        assert count == size // len(document)
        peaks.append(peak)
        path.unlink()
    assert peaks[1] - peaks[0] < 10_000


# --- Blocks ---

LINES = st.lists(
    st.sampled_from(["---\n", "...\n", "%YAML 1.1\n", "# c\n", "\n", "a: 1\n", "---x\n", "--- b\n", "---"]), max_size=20
)


@given(LINES.map("".join), st.lists(st.integers(1, 7), min_size=1, max_size=8))
@examples(300)
def test_blocks_hold_the_same_documents_however_the_text_arrives(text, sizes):
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    blocks = list(blocks_of(pieces, 10_000))
    assert "".join(blocks) == text
    cuts = {start for start, _ in split_documents(text)}
    starts = [len("".join(blocks[:number])) for number in range(len(blocks))]
    assert cuts.issuperset(starts)


def test_block_ends_before_the_directive_of_the_next_document():
    assert list(blocks_of(["a: 1\n...\n# c\n%YAML 1.1\n---\nb: 2"], 100)) == [
        "a: 1\n...\n# c\n",
        "%YAML 1.1\n---\nb: 2",
    ]
    assert list(blocks_of(["%YAML 1.1\n---\nb: 2\n"], 100)) == ["%YAML 1.1\n---\nb: 2\n"]


def test_line_with_a_percent_sign_may_be_text():
    assert list(blocks_of(["[a\n%b]\n---\nc: 1"], 100)) == ["[a\n%b]\n", "---\nc: 1"]


def test_document_without_end_is_counted_and_not_kept():
    assert list(blocks_of(["a\n" * 10] * 5, 30)) == [Skipped(100, 50)]
    assert list(blocks_of(["a\n" * 20, "b\n", "\n--", "- c"], 30)) == [Skipped(43, 22), "--- c"]


# --- Places ---

MANIFESTS = """\
# two documents
kind: Pod
spec: {containers: [{name: a, image: "b"}]}
---
kind: List
items:
- kind: Pod
  metadata:
    labels:
      app.kubernetes.io/name: x
- kind: Secret
"""


def test_place_of_a_field_is_found_in_the_file(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(MANIFESTS)
    pod, manifest_list = load_documents(path)
    assert str(place_of(pod.source, "spec.containers[0].image")) == f"{path}:3:31: spec.containers[0].image"
    items = list(unpack(manifest_list))
    place = place_of(items[0].source, ("metadata", "labels", "app.kubernetes.io/name"))
    assert str(place) == f'{path}:10:7: metadata.labels["app.kubernetes.io/name"]'
    assert place_of(items[1].source, "kind").line == 11
    assert place_of(items[1].source, "spec.missing").line == 11


def test_place_is_found_in_a_later_block(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("".join(f"---\n# {'x' * 5000}\nn: {number}\nlast: true\n" for number in range(500)))
    documents = list(load_documents(path))
    assert [place_of(document.source, "last").line for document in documents[::100]] == [4, 404, 804, 1204, 1604]


def test_place_is_found_in_the_text_of_the_source():
    [pod, _] = read_documents(MANIFESTS, "inline")
    assert place_of(pod.source, "spec") == Place("inline", 3, 1, "spec")


@pytest.mark.parametrize("name", ["-", "gone.yaml", ""])
def test_place_of_what_cannot_be_read_again_is_its_line(name):
    assert place_of(Source(name, 2, 7), "a.b") == Place(name, 7, 0, "a.b")
