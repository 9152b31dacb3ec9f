"""Explanations as they are printed: each file has policies, a resource, and the text that says why."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import yaml

import kyvernopy
from kyvernopy.explanations import Explanation, ends
from support import ROOT

CASES = sorted((Path(__file__).parent / "explanations").glob("*.yaml"))
FILES = ("policy", "resource")
ASKED = ("operation", "user", "namespace_labels", "variables")
OTHERS = ("question", "old", "exceptions", "config", "pick", "text")


class Case:
    """A case whose files are written to the current folder, so that places are those of files."""

    def __init__(self, path: Path) -> None:
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert not case.keys() - {*FILES, *ASKED, *OTHERS}, f"{path}: unknown keys"
        for name in FILES:
            Path(f"{name}.yaml").write_text(case[name], encoding="utf-8")
        policies = kyvernopy.load_policies("policy.yaml")
        if "exceptions" in case:
            policies = policies.with_exceptions(yaml.safe_load_all(case["exceptions"]))
        self.policies = policies.with_config(case["config"]) if "config" in case else policies
        self.resource = list(kyvernopy.load_resources("resource.yaml"))[case.get("pick", 0)]
        self.asked = {name: case[name] for name in ASKED if name in case}
        if "old" in case:
            self.asked["old"] = yaml.safe_load(case["old"])
        self.text = case["text"]

    def explain(self) -> Explanation:
        return self.policies.explain(self.resource, **self.asked)

    def validate(self) -> kyvernopy.Response:
        return self.policies.validate(self.resource, **self.asked)


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Case(request.param)


def the_case(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Case(Path(__file__).parent / "explanations" / f"{name}.yaml")


def walk(explanation):
    yield explanation
    for child in explanation.children:
        yield from walk(child)


# --- Texts ---


def test_an_explanation_prints_as_it_stands_in_the_file(case):
    assert f"{case.explain()}\n" == case.text


def test_an_explanation_is_data_that_json_can_hold(case):
    explained = case.explain()
    whole = explained.to_dict()

    assert json.loads(json.dumps(whole)) == whole
    assert len(whole.get("children", [])) == len(explained.children)


def test_a_result_explains_itself_as_the_policies_do(case):
    explained = {child.title: child for child in case.explain().children}
    for result in case.validate().results:
        alone = result.explain()
        assert alone.about.startswith(str(result.resource))
        assert str(alone).replace(f"\n  resource: {alone.about}", "", 1) == str(explained[alone.title])


def test_deciding_makes_no_explanation(case, monkeypatch):
    made = []
    monkeypatch.setattr(Explanation, "__init__", lambda *_, **__: made.append(1))
    response = case.validate()
    told = [(result.status, result.message) for result in response.results]
    told.append((response.allowed, response.blocked_message or response.warnings))

    assert told
    assert made == []
    with pytest.raises(AttributeError):  # what was counted is what explanations are made with
        str(case.explain())
    assert made


def test_a_response_explains_the_rules_that_apply_and_says_the_resource_once(tmp_path, monkeypatch):
    case = the_case("exclude-leaves-out", tmp_path, monkeypatch)
    assert str(case.validate().explain()) == "allowed shop/Pod/web\n  resource: resource.yaml:1"

    case = the_case("autogen-rule", tmp_path, monkeypatch)
    lines = str(case.validate().explain()).splitlines()
    assert lines[:3] == [
        "allowed shop/Deployment/front",
        "  resource: resource.yaml:1",
        "  fail example/autogen-no-host-network",
    ]
    assert sum("resource.yaml:1" in line for line in lines) == 1


@pytest.mark.parametrize("let_go", [lambda result: result.settle(), lambda result: pickle.loads(pickle.dumps(result))])  # noqa: S301  our own bytes
def test_a_result_without_its_resource_says_whom_to_ask(let_go, tmp_path, monkeypatch):
    result = let_go(the_case("deny-fails", tmp_path, monkeypatch).validate().results[0])
    assert str(result.explain()).splitlines() == [
        "fail example/no-host-network",
        "  team red may not use the network of the host",
        "  the result has let go of its resource; ask policies.explain(resource)",
    ]


def test_an_explanation_of_a_resource_that_is_no_file_has_no_place():
    policies = kyvernopy.load_policies(ROOT / "examples" / "policies")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "a"}]}}
    assert "resource:" not in str(policies.explain(pod))
    assert "resource: Pod/web" in str(policies.validate(pod).results[0].explain())


def test_policies_that_are_no_text_have_no_place():
    document = {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": [{"name": "r", "match": {"resources": {"kinds": ["Pod"]}}, "validate": {"deny": {}}}]},
    }
    explained = kyvernopy.PolicySet.from_documents([document]).explain({"apiVersion": "v1", "kind": "Pod"})
    assert explained.children[0].outcome == "fail"
    assert str(explained)


# --- Large and deep ---

POLICY = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: hostile}
spec:
  rules:
    - name: pattern
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate: {message: short, pattern: {spec: short}}
    - name: skip
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate: {message: short, pattern: {spec: {(value): short}}}
    - name: conditions
      match: {any: [{resources: {kinds: [Pod]}}]}
      context:
        - name: value
          variable: {jmesPath: request.object.spec.value}
      validate:
        message: "{{ value }}"
        deny: {conditions: {any: [{key: "{{ value }}", operator: NotEquals, value: short}]}}
    - name: loop
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate:
        message: short
        foreach: [{list: request.object.spec.value, pattern: {a: b}}]
"""


def nested(levels, of):
    value = "end"
    for _ in range(levels):
        value = of(value)
    return value


def cyclic():
    value = {"a": 1}
    value["self"] = value
    return value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(nested(100_000, lambda value: {"a": value}), id="deep maps"),
        pytest.param(nested(100_000, lambda value: [value]), id="deep lists"),
        pytest.param([{"name": f"e{n}", "a": "b"} for n in range(5_000)], id="many elements"),
        pytest.param({f"k{n}": n for n in range(50_000)}, id="many keys"),
        pytest.param("x" * 1_000_000, id="a long text"),
        pytest.param(10**5_000, id="a long number"),
        pytest.param(float("nan"), id="no number"),
        pytest.param("\x1b[31mred\r\n\ud800", id="control characters"),
        pytest.param({1: {2, 3}, None: b"bytes"}, id="what JSON does not have"),
        pytest.param(cyclic(), id="cyclic"),
    ],
)
def test_what_is_large_or_deep_is_cut_and_never_raises(value):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"value": value}}
    explained = kyvernopy.parse_policies(POLICY).explain(pod)
    text = str(explained)

    assert len(explained.children) == 4
    assert len(text) < 20_000
    assert "\x1b" not in text
    text.encode()
    assert len(json.dumps(explained.to_dict())) < 2_000_000
    assert len(repr(explained)) < 100


def test_of_a_long_row_the_ends_are_kept():
    row = [Explanation("pass", title=str(number)) for number in range(50)]
    titles = [one.title for one in ends(row)]
    assert titles[:10] == [str(number) for number in range(10)]
    assert titles[10] == "... 30 more ..."
    assert titles[11:] == [str(number) for number in range(40, 50)]
    assert ends(row[:20]) == tuple(row[:20])
