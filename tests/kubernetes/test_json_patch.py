"""JSON Patch as Kyverno applies it: recorded answers, the definition, what is shared, and what is refused."""

from __future__ import annotations

import copy
import json
import pickle
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy import LimitExceeded, Limits, PolicyError, Resource, json_diff, json_patch
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.json_patch import apply_patch, parse_patch
from random_patches import random_patch
from reference.json_patch import json_patch as define
from reference.patch_error import PatchError as DefinedError
from support import EXAMPLES, check_rows, examples, needs_shared, same, vectors


class Failure:
    """The outcome of a patch that ends in an error; all are equal."""

    def __init__(self, error):
        self.text = str(error)

    def __eq__(self, other):
        return isinstance(other, Failure)

    __hash__ = None

    def __repr__(self):
        return f"error {self.text}"


def outcome(resource, patch):
    before = copy.deepcopy((resource, patch))
    try:
        return json_patch(resource, patch)
    except (PatchError, LimitExceeded) as error:
        return Failure(error)
    finally:
        assert repr(before) == repr((resource, patch)), "inputs are not changed"


# --- Recorded answers ---


def recorded(row):
    if "expect_error" in row:
        return Failure(row["expect_error"])
    return row["resource"] if row.get("expect_unchanged") else row["expect"]


def answers(row):
    if row.get("op") == "diff":
        return answers_of_diff(row)
    before = row.get("document", row.get("resource"))
    after = outcome(before, row.get("patch_text", row.get("patch", "")))  # no patch at all: an empty text
    if "expect_rule_status" in row:
        status = "error" if isinstance(after, Failure) else "skip" if same(before, after) else "pass"
        changed = row.get("expect", before) if row["expect_rule_status"] != "error" else Failure("")
        return [status, after], [row["expect_rule_status"], changed]
    if "expect_diff_ops_subset_of" in row:
        return json_diff(before, after), row["expect_diff_ops_subset_of"]
    if "accepted" in row.get("note", ""):  # refused with fewer options than Kyverno sets
        return isinstance(after, Failure), False
    return after, recorded(row)


def answers_of_diff(row):
    operations = json_diff(row["before"], row["after"])
    if row.get("expect_roundtrip"):
        return json_patch(row["before"], operations), row["after"]
    order = {"key": json.dumps}
    return sorted(operations, **order), sorted(row["expect_ops_unordered"], **order)


@needs_shared
def test_recorded_answers():
    check_rows("json6902", answers)


@needs_shared
def test_recorded_answers_of_random_patches_with_their_texts():
    check_rows("fuzz/json6902", lambda row: (outcome(row["resource"], row["patch"]), recorded(row)))
    errors = [row for row in vectors("fuzz/json6902") if "expect_error" in row]
    texts = sum(row["expect_error"] in outcome(row["resource"], row["patch"]).text for row in errors)
    assert texts / len(errors) >= 0.99


# --- The definition ---


def told(text):
    """What an error says, without the operation, whose members Kyverno sorts, and Go's words for new documents."""
    if text.startswith("json: "):
        return "the new document must be object or array"
    return text.rpartition("}: ")[2] if "invalid operation" in text else text


def outcome_of_both(document, patch):
    """How a patch ended, once it is known that the definition agrees."""
    ours, wanted = outcome(document, patch), defined(document, patch)
    assert same(ours, wanted), (ours, wanted)
    if isinstance(wanted, Failure):
        assert told(ours.text) == told(wanted.text)
        return "error"
    return "unchanged" if same(ours, document) else "changed"


def defined(document, patch):
    """The outcome that the definition gives."""
    try:
        return define(document, patch)
    except DefinedError as error:
        return Failure(error)
    except RecursionError:
        return Failure(LimitExceeded("depth", 201, 200))  # the document holds itself


def test_very_many_patches_do_what_the_definition_says():
    seen = Counter()

    @examples(10_000)
    @given(st.integers(0, 2**64 - 1))
    def agree(seed):
        seen[outcome_of_both(*random_patch(seed))] += 1

    agree()
    if EXAMPLES is None:
        assert seen["changed"] / seen.total() >= 0.3, seen


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "add", "path": "/a", "value": None}, {"op": "test", "path": "/a", "value": None}],
        [{"op": "add", "path": "/a", "value": None}, {"op": "add", "path": "/a/b", "value": 1}],
        [{"op": "add", "path": "/a", "value": None}, {"op": "copy", "from": "/a", "path": "/b"}],
        [
            {"op": "add", "path": "/a", "value": {}},
            {"op": "add", "path": "/a/b", "value": None},
            {"op": "copy", "from": "/a", "path": "/c"},
            {"op": "add", "path": "/c/b/d", "value": 1},
        ],
        [
            {"op": "move", "from": "/", "path": "/x"},
            {"op": "add", "path": "/x/y", "value": 1},
            {"op": "copy", "from": "", "path": "/z"},
        ],
        [{"op": "add", "path": "//x", "value": 1}, {"op": "copy", "from": "", "path": "/z"}],
        [{"op": "replace", "path": "", "value": None}, {"op": "add", "path": "/a/b", "value": 1}],
        [{"op": "replace", "path": "", "value": None}, {"op": "remove", "path": "/a/b"}],
        [{"op": "replace", "path": "", "value": {"a": None}}, {"op": "copy", "from": "", "path": "/a"}],
        [{"op": "add", "path": "", "value": {"a": 1}}, {"op": "copy", "from": "", "path": "/b"}],
        [{"op": "move", "from": "/", "path": "//l"}, {"op": "copy", "from": "", "path": "/x"}],
        [{"op": "test", "path": "/z", "value": -0.0}],
        [{"op": "test", "path": "/z", "value": 0}],
        '[{"op": "test", "path": "/n", "value": 1.0}]',
        '[{"op": "add", "path": "/n", "value": 1.0}, {"op": "test", "path": "/n", "value": 1.0}]',
        (
            '[{"op": "add", "path": "/n", "value": {"b": 1.50}}, {"op": "copy", "from": "/n", "path": "/m"}, '
            '{"op": "test", "path": "/m/b", "value": 1.5}]'
        ),
        "- {op: test, path: /n, value: 1.0}",
    ],
    ids=str,
)
def test_an_odd_patch_does_what_the_definition_says(patch):
    outcome_of_both({"n": 1, "z": -0.0, "l": [None], "": {"m": 1}}, patch)


# --- What is shared ---

POD = {
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "shop"}},
    "spec": {"containers": [{"name": "a", "env": [{"name": "X"}]}, {"name": "b"}]},
}


def test_what_does_not_change_is_shared():
    patched = json_patch(POD, [{"op": "add", "path": "/spec/containers/1/image", "value": "nginx"}])
    assert patched["metadata"] is POD["metadata"]
    assert patched["spec"]["containers"][0] is POD["spec"]["containers"][0]
    assert patched["spec"]["containers"][1] == {"name": "b", "image": "nginx"}
    assert POD["spec"]["containers"][1] == {"name": "b"}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/spec/containers/7"},
        {"op": "remove", "path": "/spec/volumes/0"},
        {"op": "remove", "path": "/metadata/labels/team"},
        {"op": "test", "path": "/kind", "value": "Pod"},
    ],
    ids=str,
)
def test_a_resource_of_which_nothing_is_written_is_given_back(operation):
    assert json_patch(POD, [operation]) is POD


def test_a_removal_of_what_is_not_there_copies_nothing():
    operations = [{"op": "remove", "path": "/spec/volumes/0"}, {"op": "add", "path": "/status", "value": {}}]
    assert json_patch(POD, operations)["spec"] is POD["spec"]


def test_values_of_a_prepared_patch_are_not_shared_with_what_it_makes():
    value = {"team": {"name": "x"}}
    operations = parse_patch([{"op": "add", "path": "/metadata/labels", "value": value}])
    for _ in range(2):
        patched = apply_patch(POD, operations)
        assert patched["metadata"]["labels"] == {"team": {"name": "x"}}
        patched["metadata"]["labels"]["team"]["name"] = "y"
    assert value == {"team": {"name": "x"}}


def test_copies_are_independent():
    operations = [
        {"op": "copy", "from": "/spec/containers/0", "path": "/spec/containers/-"},
        {"op": "add", "path": "/spec/containers/2/env/0/name", "value": "Y"},
    ]
    containers = json_patch(POD, operations)["spec"]["containers"]
    assert (containers[0]["env"], containers[2]["env"]) == ([{"name": "X"}], [{"name": "Y"}])


def test_a_resource_of_a_file_and_an_object_of_another_library_can_be_patched():
    class Model:
        def to_dict(self):
            return POD

    operation = {"op": "add", "path": "/kind", "value": "Job"}
    assert json_patch(Resource(POD), [operation])["kind"] == json_patch(Model(), [operation])["kind"] == "Job"
    with pytest.raises(TypeError, match="convert it"):
        json_patch(object(), [operation])


def test_numbers_of_a_json_text_end_as_plain_floats():
    patched = json_patch({}, '[{"op": "add", "path": "/a/b", "value": [1.50, {"c": 1e3}, 2, 123456789012345678901]}]')
    assert patched == {"a": {"b": [1.5, {"c": 1000.0}, 2, 123456789012345678901.0]}}
    assert [type(item) for item in patched["a"]["b"]] == [float, dict, int, float]
    assert type(patched["a"]["b"][1]["c"]) is float


# --- What is refused ---


def limit_of(document, patch, **limits):
    with pytest.raises(LimitExceeded) as caught:
        json_patch(document, patch, limits=Limits(**limits))
    return caught.value.limit


@pytest.mark.parametrize("index", ["99999999999", "9" * 5000, "+9999999999"])
def test_padding_is_bounded(index):
    assert limit_of({}, [{"op": "add", "path": f"/a/{index}/b", "value": 1}]) == "output_size"
    assert limit_of({}, [{"op": "add", "path": f"/a/{index}", "value": 1}]) == "output_size"
    assert limit_of({"a": []}, [{"op": "add", "path": f"/a/{index}/b", "value": 1}]) == "output_size"


def test_an_index_far_out_is_no_index_of_a_list_that_is_there():
    for index in ("9" * 5000, "-" + "9" * 5000):
        assert (
            "invalid index referenced" in outcome({"a": [1]}, [{"op": "add", "path": f"/a/{index}", "value": 1}]).text
        )
        assert outcome({"a": [1]}, [{"op": "remove", "path": f"/a/{index}"}]) == {"a": [1]}
    zeros = "0" * 5000
    assert json_patch({"a": [1]}, [{"op": "replace", "path": f"/a/{zeros}", "value": 2}]) == {"a": [2]}


def test_copies_that_grow_without_end_are_bounded():
    doubling = [{"op": "copy", "from": "/a", "path": f"/a/{number}"} for number in range(100)]
    assert limit_of({"a": {"x": 1}}, doubling) == "output_size"
    nesting = [{"op": "copy", "from": "/a", "path": "/a/b"}] * 1000
    assert limit_of({"a": {"x": 1}}, nesting) == "depth"


def test_moves_that_nest_without_end_are_bounded():
    nesting = [
        one
        for _ in range(1000)
        for one in (
            {"op": "add", "path": "/b", "value": {}},
            {"op": "move", "from": "/a", "path": "/b/a"},
            {"op": "move", "from": "/b", "path": "/a"},
        )
    ]
    assert limit_of({"a": {}}, nesting) == "depth"


def test_a_document_that_would_hold_itself_is_refused():
    moves = [{"op": "move", "from": "/", "path": path} for path in ("/x", "//a", "//b")]
    assert limit_of({"c": {}}, moves) == "depth"
    assert limit_of({"c": {}}, [*moves, {"op": "copy", "from": "/x", "path": "/y"}]) in ("depth", "output_size")


def test_deep_paths_and_values_are_refused():
    deep = "/a" * 100_000
    assert limit_of({}, [{"op": "add", "path": deep, "value": 1}]) == "depth"
    assert limit_of({}, f'[{{"op": "add", "path": "/a", "value": {"[" * 100_000}{"]" * 100_000}}}]') == "depth"
    assert limit_of({}, f"- {{op: add, path: /a, value: {'[' * 300}{']' * 300}}}") == "depth"
    assert limit_of({}, [{"op": "replace", "path": deep, "value": 1}]) == "depth"
    assert outcome({"a": {}}, [{"op": "remove", "path": deep}]) == {"a": {}}


def test_a_resource_that_is_too_deep_for_python_can_be_patched():
    deep = {}
    for _ in range(100_000):
        deep = {"a": deep}
    patched = json_patch({"deep": deep}, [{"op": "add", "path": "/x", "value": None}])
    assert patched["deep"] is deep
    assert patched["x"] is None
    test = [{"op": "test", "path": "/deep", "value": {"a": {}}}]
    assert outcome_text({"deep": deep}, test) == "testing value /deep failed: test failed"


def outcome_text(document, patch):
    with pytest.raises(PatchError) as caught:
        json_patch(document, patch)
    return caught.value.message


def test_very_many_operations_take_time_in_proportion():
    first = parse_patch([{"op": "add", "path": "/l/0", "value": 1}])[0]
    with pytest.raises(LimitExceeded):
        apply_patch({"l": []}, (first for _ in range(1_000_000)))
    last = parse_patch([{"op": "add", "path": "/l/-", "value": 1}])[0]
    assert len(apply_patch({"l": []}, (last for _ in range(100_000)))["l"]) == 100_000


def test_operations_of_what_json_does_not_have_are_refused():
    with pytest.raises(PolicyError, match="not of JSON"):
        json_patch({}, [{"op": "add", "path": "/a", "value": {1, 2}}])


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        (
            {"op": "add"},
            "failed to decode patches: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
        ),
        (["x"], "failed to decode patches: json: cannot unmarshal string into Go value of type jsonpatch.Operation"),
        ([None], "failed to decode patches: invalid operation null: unsupported operation"),
        (
            [{"path": "/a", "op": "add"}],
            (
                'failed to decode patches: invalid operation {"op":"add","path":"/a"}: '
                "failed to decode 'value': operation, missing value field: missing value"
            ),
        ),
        ([{"op": ["add"], "path": ""}], 'invalid operation {"op":["add"],"path":""}: unsupported operation'),
    ],
    ids=str,
)
def test_a_patch_that_is_none_is_refused_with_the_words_of_go(patch, text):
    assert outcome({}, patch).text.endswith(text)


def test_no_operations_change_nothing():
    for patch in (None, [], (), "\n", "# nothing", "null", "[]"):
        assert json_patch(POD, patch) is POD


def test_errors_pickle():
    error = PatchError("x")
    assert str(pickle.loads(pickle.dumps(error))) == "x"  # noqa: S301  our own
