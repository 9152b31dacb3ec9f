"""Policy exceptions as data: what is read, what is refused, and which rules they name."""

from __future__ import annotations

import pickle

import pytest

from kyvernopy.documents.read import Document, read_documents
from kyvernopy.policies.exceptions import PolicyException, decode_exception, is_exception
from kyvernopy.policies.read import read_exceptions
from kyvernopy.source import Source

EXCEPTION = """
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: tools, namespace: delta}
spec:
  background: false
  exceptions:
  - policyName: disallow-host-namespaces
    ruleNames: [host-namespaces, "autogen-*"]
  match:
    any:
    - resources: {kinds: [Pod], name: important*}
  conditions:
    all:
    - {key: "{{ request.object.metadata.name }}", operator: NotEquals, value: x}
  podSecurity:
  - {controlName: Seccomp, images: ["*"]}
"""


def read(text: str, *, strict: bool = True):
    return read_exceptions(read_documents(text, "e.yaml"), strict=strict)


def decoded(document) -> PolicyException:
    exception, findings = decode_exception(document, strict=False)
    assert exception is not None, findings
    return exception


def test_an_exception_is_read_whole():
    [exception], errors, notes = read(EXCEPTION)
    assert (errors, notes) == ([], [])
    assert exception.key == "delta/tools"
    assert exception.spec.background is False
    assert exception.spec.match.any[0].resources.name == "important*"
    assert exception.spec.conditions.all[0].operator == "NotEquals"
    assert exception.spec.pod_security == ({"controlName": "Seccomp", "images": ["*"]},)
    assert exception.source.line == 2


@pytest.mark.parametrize(
    ("policy", "rule", "named"),
    [
        ("disallow-host-namespaces", "host-namespaces", True),
        ("disallow-host-namespaces", "autogen-host-namespaces", True),
        ("disallow-host-namespaces", "host", False),
        ("delta/disallow-host-namespaces", "host-namespaces", False),
    ],
)
def test_names_of_rules_hold_wildcards_and_names_of_policies_do_not(policy, rule, named):
    [exception], _, _ = read(EXCEPTION)
    assert exception.names_rule(policy, rule) is named


def test_an_exception_survives_plain_data_and_pickle():
    [exception], _, _ = read(EXCEPTION)
    assert decoded(exception.to_dict()) == exception
    assert pickle.loads(pickle.dumps(exception)) == exception  # noqa: S301  our own bytes
    assert hash(exception) == hash(decoded(exception.to_dict()))


def test_an_exception_without_namespace_goes_by_its_name():
    assert decoded({"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"}}).key == "e"


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            "  - policyName",
            "  - ruleName: a\n    policyName",
            "e.yaml:8:5: spec.exceptions[0].ruleName: unknown field `ruleName` (did you mean `ruleNames`?)",
        ),
        ("    any:\n", "    one:\n", "e.yaml:11:5: spec.match.one: unknown field `one`"),
        ("  match:", "  matches:", "e.yaml:10:3: spec.matches: unknown field `matches` (did you mean `match`?)"),
        ("NotEquals", "NotIn", "e.yaml:15:51: spec.conditions.all[0].operator: expected one of `Equals`"),
        ("background: false", "background: 1", "e.yaml:6:3: spec.background: expected a boolean, found a number"),
        ("{name: tools, ", "{", "e.yaml:4:1: metadata: an exception needs a `metadata.name` (name it)"),
    ],
)
def test_a_mistake_is_an_error_with_its_place(before, after, complaint):
    exceptions, errors, _ = read(EXCEPTION.replace(before, after, 1))
    assert exceptions == []
    assert str(errors[0]).startswith(complaint)


def test_a_match_or_a_list_of_rules_may_be_empty_but_not_absent():
    head = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\n"
    [_], errors, _ = read(head + "spec: {match: {any: []}, exceptions: []}")
    assert errors == []
    _, errors, _ = read(head + "spec: {}")
    assert [one.message for one in errors] == [
        "an exception needs `spec.match`",
        "an exception needs `spec.exceptions`",
    ]
    _, [error], _ = read(head)
    assert error.message == "an exception needs a `spec`"


def test_plain_data_is_read_leniently():
    document = {
        "apiVersion": "kyverno.io/v2beta1",
        "kind": "PolicyException",
        "metadata": {"name": "e", "namespace": "d"},
        "spec": {"Exceptions": [{"policyname": "p", "ruleNames": ["r"]}], "more": 1},
    }
    [exception], errors, notes = read_exceptions([Document(document, Source("", 1))], strict=False)
    assert exception.names_rule("p", "r")
    assert (errors, [note.code for note in notes]) == ([], ["unknown-field"])


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("apiVersion: v1\nkind: Namespace", "policy exception type not supported /v1, Kind=Namespace"),
        ("apiVersion: kyverno.io/v2\nkind: PolicyExcepton", "Kind=PolicyExcepton (did you mean `PolicyException`?)"),
        ("apiVersion: kyverno.io/v1\nkind: PolicyException", "Kind=PolicyException (write `kyverno.io/v2`)"),
        ("apiVersion: policies.kyverno.io/v1\nkind: PolicyException", "in CEL are not supported by this version"),
        ("- a", "expected a map with `apiVersion`, `kind` and `spec`, found a list"),
    ],
)
def test_what_is_no_exception_is_an_error(document, complaint):
    exceptions, [error], _ = read(document)
    assert exceptions == []
    assert complaint in str(error)


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        ("kyverno.io/v2", "PolicyException", True),
        ("kyverno.io/v2beta1", "PolicyException", True),
        ("policies.kyverno.io/v1", "PolicyException", False),
        ("v1", "ConfigMap", False),
    ],
)
def test_exceptions_are_told_from_other_documents(version, kind, expected):
    assert is_exception({"apiVersion": version, "kind": kind}) is expected
    assert not is_exception([version, kind])
