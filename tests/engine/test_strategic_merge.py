"""Strategic merge with anchors: recorded answers, the definition, what is shared, and what is refused."""

from __future__ import annotations

import copy
import json
import pickle
import sys
import threading
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy import LimitExceeded, Limits, PolicyError, Resource, strategic_merge
from kyvernopy.engine.mutation.overlay import compile_overlay
from kyvernopy.engine.mutation.overlay_conditions import Check
from kyvernopy.engine.mutation.overlay_direct import direct_merge
from kyvernopy.engine.mutation.overlay_nodes import parse_node
from kyvernopy.engine.mutation.overlay_walk import Walk
from kyvernopy.engine.mutation.stripping import strip
from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.merge_keys import merge_keys
from kyvernopy.kubernetes.merge_values import Work, scalar_text
from kyvernopy.kubernetes.settled import WORTH_WHILE, settled_check
from kyvernopy.kubernetes.settled_source import compile_settled
from kyvernopy.kubernetes.strategic_merge import merge
from kyvernopy.limits import DEFAULT_LIMITS
from random_overlays import Overlays, has_anchor
from reference.patch_error import PatchError as DefinedError
from reference.strategic_merge import strategic_merge as define
from support import EXAMPLES, check_rows, examples, needs_shared, same, vectors


class Failure:
    """The outcome of a merge that ends in an error."""

    def __init__(self, error):
        self.text = str(error)

    def __eq__(self, other):
        return isinstance(other, Failure) and self.text == other.text

    __hash__ = None

    def __repr__(self):
        return f"error {self.text}"


def outcome(function, *arguments):
    before = copy.deepcopy(arguments)
    try:
        return function(*arguments)
    except (PatchError, DefinedError) as error:
        return Failure(error)
    finally:
        assert repr(before) == repr(arguments), "inputs are not changed"


# --- Recorded answers ---


def recorded(row):
    if "expect_error" in row:
        return Failure(row["expect_error"])
    return row["resource"] if row.get("expect_unchanged") else row["expect"]


def walked(pattern, resource):
    """How the walk ends."""
    walk = Walk(DEFAULT_LIMITS, Work(DEFAULT_LIMITS))
    walk.node(parse_node(pattern), resource)
    return walk.failed or "ok"


def length(row, patch):
    for step in row["expect_list_length"]["path"].split("."):
        patch = patch[step]
    first = row.get("expect_first_name", patch[0]["name"])
    return [len(patch), patch[0]["name"]], [row["expect_list_length"]["length"], first]


def answers(row):
    patch = row.get("patch", row.get("pattern"))
    match row["op"]:
        case "apply":
            ours, wanted = outcome(strategic_merge, row["resource"], patch), recorded(row)
        case "merge_only":
            ours, wanted = outcome(merge, row["resource"], patch), recorded(row)
        case "preprocess" if "error_kind" in row:
            return walked(patch, row["resource"]), row["error_kind"].removesuffix("_condition")
        case "validate_conditions":
            return walked(patch, row["resource"]), row.get("expect_error_kind", "ok")
        case "check_condition":
            work = Work(DEFAULT_LIMITS)
            held = Check(patch, DEFAULT_LIMITS, work).holds(row["resource"], DEFAULT_LIMITS, work)
            return held, row.get("expect_ok", False)
        case "filter_condition_keys":
            return [text for _, text, _ in parse_node(patch).conditions], row["expect_keys"]
        case "preprocess" if "expect_patch" in row:
            return outcome(compile_overlay(patch).patch, row["resource"]), row["expect_patch"]
        case "preprocess":
            return length(row, compile_overlay(patch).patch(row["resource"]))
        case "strip_anchors":
            return length(row, strip(patch))
    # Of what was recorded of errors, the kind of the error is what counts.
    both_fail = isinstance(ours, Failure) and isinstance(wanted, Failure)
    return ("error", "error") if both_fail else (ours, wanted)


def test_recorded_merges():
    check_rows("strategic_merge", answers)


@needs_shared
def test_recorded_random_merges():
    rows = vectors("fuzz/strategic_merge")
    chosen = rows if EXAMPLES else rows[::3]
    check_rows(
        "fuzz/strategic_merge",
        lambda row: (outcome(strategic_merge, row["resource"], row["overlay"]), recorded(row)),
        chosen,
    )


# --- The definition ---


def compiled(overlay):
    """The tree of an overlay."""
    return compile_overlay(overlay).root


def agree(resource, overlay):
    """How a merge ends, once it is known that it ends as the definition says."""
    wanted = outcome(define, resource, overlay)
    ours = outcome(strategic_merge, resource, overlay)
    assert ours == wanted if isinstance(wanted, Failure) else same(ours, wanted)
    if isinstance(wanted, Failure):
        return "error"
    if same(ours, resource):
        assert ours is resource, "what does not change is the same object"
        return "unchanged"
    assert not shared_containers(ours, overlay), "nothing of the overlay is shared"
    return "changed"


def shared_containers(left, right):
    """The maps and lists that stand in both."""
    return containers(left).keys() & containers(right).keys()


def containers(value):
    if not isinstance(value, (dict, list)):
        return {}
    found = {id(value): value}
    for below in value.values() if isinstance(value, dict) else value:
        found |= containers(below)
    return found


def test_merges_are_those_of_the_definition():
    seen = Counter()

    @examples(10_000)
    @given(st.integers(0, 2**64 - 1))
    def check(seed):
        resource, overlay = Overlays(seed).draw()
        seen[agree(resource, overlay)] += 1
        seen["anchored"] += has_anchor(overlay)
        seen["total"] += 1
        seen["direct"] += direct_merge(compiled(overlay), DEFAULT_LIMITS) is not None

    check()
    # Agreement says little unless each of these was drawn often; a run with few examples says nothing here.
    if EXAMPLES is None:
        assert seen["anchored"] >= seen["total"] / 2, seen
        assert min(seen[name] / seen["total"] for name in ("changed", "unchanged", "error")) >= 0.1, seen
        assert seen["direct"] >= seen["total"] / 30, seen


OWNERS = [{"uid": "a"}, {"uid": "b"}]
FOUND_AT_RANDOM = {
    "what a directive deletes is not looked at, in a list with an element without key": (
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"ownerReferences": OWNERS}},
        {
            "metadata": {
                "ownerReferences": [{"uid": "a", "q": {"$patch": "delete", "r": {"$patch": "odd", "x": 1}}}, {"x": 1}]
            }
        },
    ),
    "a directive of a list counts before its elements": (
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"ownerReferences": OWNERS}},
        {"metadata": {"ownerReferences": [{"uid": "a", "q": {"$patch": "odd"}}, {"$patch": "delete"}]}},
    ),
    "an element without a name is no reason to look at the anchored one": (
        {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "x"}]}},
        {"spec": {"containers": [{"(image)": "x", "args": [{"(a)": "b"}, {"(a)": "c"}], "b": [{}, {}]}]}},
    ),
    "of elements with the same key the first is looked at, the last counts": (
        {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "env": ["x"]}, {"name": "a"}]}},
        {"metadata": {"name": "b"}},
    ),
}


@pytest.mark.parametrize("name", FOUND_AT_RANDOM)
def test_what_was_found_at_random_stays_right(name):
    agree(*FOUND_AT_RANDOM[name])


def test_generated_source_says_settled_where_the_walk_does():
    place = merge_keys("v1", "Pod")
    by_source = compile_settled(place)
    seen = Counter()

    @examples(2_000)
    @given(st.integers(0, 2**64 - 1))
    def check(seed):
        source = Overlays(seed)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": source.pod_spec()}
        settled = outcome(merge, pod, {}) is pod
        answer = by_source(pod, Work(DEFAULT_LIMITS))
        assert settled or not answer, "it may be too careful, but not wrong"
        seen[answer] += 1

    check()
    if EXAMPLES is None:
        assert min(seen[True], seen[False]) >= sum(seen.values()) / 10, seen


def test_a_kind_that_is_asked_for_often_gives_the_same_answers():
    overlay = compile_overlay({"spec": {"containers": [{"(name)": "*", "image": "x"}]}})
    node = {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "template": {"spec": {"containers": [{"name": "a"}, {"name": "a"}]}},
    }
    answers = [merge(node, {}) for _ in range(WORTH_WHILE + 10)]
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]["template"]["spec"]["containers"]) == 1
    assert overlay.apply(node) == answers[0], "the resource has no `spec`"


# --- What is shared ---


def pod(*containers, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one"},
        "spec": {"containers": list(containers), **spec},
    }


def test_unchanged_parts_are_the_same_objects():
    before = pod({"name": "a", "image": "x", "env": [{"name": "E"}]}, {"name": "b"}, volumes=[{"name": "v"}])
    after = strategic_merge(before, {"spec": {"containers": [{"(name)": "a", "image": "y"}]}})
    assert after["metadata"] is before["metadata"]
    assert after["spec"]["volumes"] is before["spec"]["volumes"]
    assert after["spec"]["containers"][1] is before["spec"]["containers"][1]
    assert after["spec"]["containers"][0]["env"] is before["spec"]["containers"][0]["env"]


def test_unknown_fields_and_the_order_of_members_survive():
    before = pod({"zeta": 1, "name": "a", "image": "x", "alpha": [{"name": "a"}, {"name": "a"}]})
    before |= {"zoo": {"b": 1, "a": 2}}
    after = strategic_merge(before, {"spec": {"containers": [{"(name)": "*", "image": "y"}]}})
    assert list(after) == ["apiVersion", "kind", "metadata", "spec", "zoo"]
    assert list(after["spec"]["containers"][0]) == ["zeta", "name", "image", "alpha"]
    assert after["zoo"] is before["zoo"]


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {"metadata": {"name": "one"}},
        {"metadata": {"+(name)": "two"}},
        {"metadata": {"(name)": "two"}, "spec": {"hostNetwork": True}},
        {"spec": {"containers": [{"(name)": "*", "image": "x"}]}},
        {"spec": {"containers": [{"(name)": "c", "image": "y"}]}},
        {"spec": {"containers": [{"name": "a", "image": "x"}]}},
        {"spec": {"volumes": None, "hostNetwork": None}},
        {"spec": {"containers": [{"(name)": "a", "args": ["1", "2"]}]}},
    ],
    ids=json.dumps,
)
def test_a_merge_that_changes_nothing_gives_the_same_object(overlay):
    before = pod({"name": "a", "image": "x", "args": ["1", "2"]}, {"name": "b", "image": "x"})
    assert strategic_merge(before, overlay) is before


def test_a_resource_of_a_file_is_merged_and_left_alone():
    before = Resource(pod({"name": "a"}), None)
    text = repr(before)
    after = strategic_merge(before, {"spec": {"containers": [{"(name)": "a", "image": "y"}]}})
    assert after["spec"]["containers"] == [{"name": "a", "image": "y"}]
    assert repr(before) == text
    assert strategic_merge(before, {}) is before


def test_what_is_made_can_be_changed_without_harm_to_the_overlay():
    overlay = compile_overlay({"metadata": {"labels": {"a": "b"}}, "spec": {"tolerations": [{"key": ["k"]}]}})
    first = overlay.apply(pod())
    first["metadata"]["labels"]["a"] = "c"
    first["spec"]["tolerations"][0]["key"].append("l")
    again = overlay.apply(pod())
    assert again["metadata"]["labels"] == {"a": "b"}
    assert again["spec"]["tolerations"] == [{"key": ["k"]}]


def test_threads_share_an_overlay():
    overlay = compile_overlay(
        {"metadata": {"labels": {"+(a)": "b"}}, "spec": {"containers": [{"(name)": "?*", "image": "y"}]}}
    )
    results = []

    def work(number):
        for _ in range(200):
            before = pod(*({"name": f"c{index}"} for index in range(number)))
            results.append(len(overlay.apply(before)["spec"]["containers"]) == number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert results == [True] * 800


# --- Texts of numbers ---


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((1.0, "1"), (1.5, "1.5"), (-0.0, "-0"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-6, "0.000001")),
        *((1e-7, "1e-7"), (1.2345678901234567e20, "123456789012345670000"), (True, "true"), (None, "null"), (7, "7")),
        *((2**70, "1.1805916207174113e+21"), (10**400, "inf"), (-(10**400), "-inf"), ({}, ""), ([], "")),
    ],
)
def test_a_scalar_has_the_text_of_json(value, text):
    assert scalar_text(value) == text


def test_a_text_stays_a_text():
    before = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1", "b": "x"}}
    assert strategic_merge(before, {"data": {"a": 2, "b": True, "c": 3}})["data"] == {"a": "2", "b": "true", "c": 3}


# --- What is refused ---


def nested(levels, leaf="x"):
    for _ in range(levels):
        leaf = {"a": leaf}
    return leaf


def test_an_error_of_a_merge_has_the_text_of_kyverno():
    with pytest.raises(PatchError) as caught:
        strategic_merge(pod(), {"metadata": "x"})
    assert str(caught.value) == 'wrong node kind: expected MappingNode but got ScalarNode: node contents:\n"x"\n'
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  of our own making


@pytest.mark.parametrize("overlay", ["x", [], [{"a": 1}], 1, True])
def test_an_overlay_that_is_no_map_is_an_error(overlay):
    with pytest.raises(PatchError):
        strategic_merge(pod(), overlay)


@pytest.mark.parametrize("overlay", [{"a": object()}, {1: "a"}, {"a": {1, 2}}])
def test_an_overlay_of_other_data_than_json_is_refused(overlay):
    with pytest.raises(PolicyError):
        strategic_merge(pod(), overlay)


def test_a_resource_that_is_no_mapping_is_refused():
    with pytest.raises(TypeError):
        strategic_merge("x", {})


def test_an_overlay_that_is_too_deep_is_refused():
    for overlay in (nested(65), {"(a)": nested(65)}, {"a": [[nested(64)]]}):
        with pytest.raises(LimitExceeded) as caught:
            compile_overlay(overlay)
        assert caught.value.limit == "pattern_depth"
    compile_overlay(nested(60)).apply(pod())


def test_an_overlay_that_holds_itself_is_refused():
    overlay = {}
    overlay["a"] = overlay
    with pytest.raises(LimitExceeded):
        compile_overlay(overlay)


def test_an_overlay_of_shared_parts_is_counted_as_it_reads():
    overlay = {"x": "y"}
    for _ in range(40):
        overlay = {"a": overlay, "b": overlay}
    with pytest.raises(LimitExceeded) as caught:
        compile_overlay(overlay)
    assert caught.value.limit == "pattern_nodes"


@pytest.mark.parametrize("kind", ["Pod", "Widget"])
def test_a_deep_resource_ends_in_an_answer_or_a_limit(kind):
    for resource in (
        nested(5_000),
        {"apiVersion": "v1", "kind": kind, "spec": nested(5_000), "metadata": nested(5_000)},
    ):
        for overlay in ({"z": 1}, {"spec": {"a": {"b": 1}}}, {"(spec)": {"a": "?*"}}, {"spec": [{"(a)": "b"}]}):
            with suppress(LimitExceeded, PatchError):
                strategic_merge(resource, overlay)


@pytest.mark.parametrize("kind", ["Pod", "Widget"])
@pytest.mark.parametrize(
    "overlay",
    [{"z": 1}, {"(spec)": {"a": "?*"}}, {"spec": [{"(a)": "b"}]}, {"spec": "x"}, {"spec": {"a": {"c": 1}}}],
    ids=json.dumps,
)
def test_a_resource_of_shared_parts_ends_in_an_answer_or_a_limit(kind, overlay):
    shared = {"x": "y"}
    for _ in range(60):
        shared = {"a": shared, "b": shared}
    resource = {"apiVersion": "v1", "kind": kind, "spec": shared}
    with suppress(LimitExceeded):
        found = outcome_of_text(strategic_merge, resource, overlay, Limits(expression_work=100_000))
        assert len(found) < 1_000_000


def outcome_of_text(function, resource, overlay, limits):
    """The text of an error, which is not endless."""
    try:
        function(resource, overlay, limits=limits)
    except PatchError as error:
        return str(error)
    return ""


def test_many_lists_of_many_elements_end_in_a_limit():
    env = [{"name": f"E{index}"} for index in range(500)]
    before = pod(*({"name": f"c{index}", "env": env} for index in range(500)))
    for _ in range(2):  # with and without generated source
        with pytest.raises(LimitExceeded):
            strategic_merge(before, {"metadata": {"labels": {"a": "b"}}}, limits=Limits(expression_work=100_000))
        settled_check(merge_keys("v1", "Pod")).ask = compile_settled(merge_keys("v1", "Pod"))


def test_elements_that_are_made_again_and_again_end_in_a_limit():
    before = pod(
        *({"name": f"c{index}", "env": [{"name": f"E{number}"} for number in range(300)]} for index in range(300))
    )
    overlay = {"spec": {"containers": [{"(name)": "*", "env": [{"(name)": "*", "value": "x"}]}]}}
    with pytest.raises(LimitExceeded):
        strategic_merge(before, overlay, limits=Limits(expression_work=200_000))


class Steps:
    """Counts the lines of this library that a call runs, which no other work on the machine can change."""

    def __init__(self):
        self.count = 0

    def __call__(self, frame, event, _):
        self.count += event == "line"
        return self if "kyvernopy" in frame.f_code.co_filename else None

    def of(self, function, *arguments):
        before = sys.gettrace()
        sys.settrace(self)
        try:
            function(*arguments)
        finally:
            sys.settrace(before)
        return self.count


def containers_of(count, key="name"):
    return [{key: f"c{index}", "image": "x"} for index in range(count)]


def ports_of(count, **more):
    return [{"containerPort": index, **more} for index in range(1, count + 1)]


@pytest.mark.parametrize(
    "make",
    [
        lambda count: (pod(*containers_of(count)), {"spec": {"containers": [{"(name)": "*", "image": "y"}]}}),
        lambda count: (pod(*containers_of(count)), {"spec": {"containers": containers_of(count)[::-1]}}),
        lambda count: (pod(*containers_of(count)), {"spec": {"containers": [{"name": "new"}], "hostNetwork": True}}),
        lambda count: (pod(*containers_of(count), {"name": "c1"}), {"spec": {"containers": containers_of(count)}}),
        lambda count: (pod(), {"spec": {"containers": containers_of(count)}}),
        lambda count: (pod(), {"spec": {"initContainers": containers_of(count)}}),
        lambda count: (pod({"name": "a", "ports": ports_of(count)}), {"metadata": {"labels": {"a": "b"}}}),
        lambda count: (
            pod({"name": "a", "ports": ports_of(count, protocol="TCP")}),
            {"spec": {"containers": [{"name": "a", "ports": ports_of(count, protocol="UDP")}]}},
        ),
        lambda count: (pod(*containers_of(count, "image")), {"spec": {"hostNetwork": True}}),
    ],
    ids=["each", "all", "one", "twice", "new", "new list", "ports", "more ports", "no keys"],
)
def test_long_lists_take_linear_time(make):
    few, many = make(200), make(1_600)
    short, long = Steps().of(strategic_merge, *few), Steps().of(strategic_merge, *many)
    assert long < 12 * short, "eight times as many"


def test_ten_thousand_elements_are_merged():
    before = pod(*containers_of(10_000))
    after = strategic_merge(before, {"spec": {"containers": [{"(name)": "*", "image": "y"}]}})
    assert all(container["image"] == "y" for container in after["spec"]["containers"])
    after = strategic_merge(before, {"spec": {"containers": containers_of(10_000)[::-1]}})
    assert [one["name"] for one in after["spec"]["containers"]] == [f"c{index}" for index in range(9_999, -1, -1)]
    assert len(after["spec"]["containers"]) == 10_000


def test_ten_thousand_ports_of_which_some_have_protocols_end_in_an_answer_or_a_limit():
    before = pod({"name": "a", "ports": [*ports_of(5_000), *ports_of(5_000, protocol="UDP")]})
    with pytest.raises(LimitExceeded):
        strategic_merge(before, {"metadata": {"labels": {"a": "b"}}})
