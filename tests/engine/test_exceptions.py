"""Exceptions from rules: which are picked for a rule, for which resources they are, what their conditions do."""

from __future__ import annotations

import pytest

from kyvernopy.engine.exceptions import CompiledException, ExceptionFilter, compile_exceptions
from kyvernopy.engine.request import Request, User
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.policies.exceptions import decode_exception


def exception_of(name="e", **spec):
    document = {"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": name}, "spec": spec}
    exception, findings = decode_exception(document, strict=False)
    assert exception is not None, findings
    return exception


def pod(name="web", **metadata):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "prod", **metadata}}


def applies(exception, request, context=None):
    return CompiledException(exception, None).applies(request, context)


PODS = {"resources": {"kinds": ["Pod"]}}


def test_exceptions_of_a_rule_are_picked_in_their_order():
    exceptions = [
        exception_of("a", exceptions=[{"policyName": "p", "ruleNames": ["r*"]}]),
        exception_of("b", exceptions=[{"policyName": "q", "ruleNames": ["*"]}]),
        exception_of(
            "c", exceptions=[{"policyName": "q", "ruleNames": []}, {"policyName": "p", "ruleNames": ["rule"]}]
        ),
    ]
    assert [one.key for one in compile_exceptions(exceptions, "p", "rule", None)] == ["a", "c"]
    assert compile_exceptions(exceptions, "p", "autogen-rule", None) == ()


def test_a_kind_is_told_from_the_one_before():
    one = ExceptionFilter(exception_of(match={"any": [PODS]}).spec.match)
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
    assert [one.matches(Request(resource)) for resource in (pod(), pod(), node, pod())] == [True, True, False, True]


@pytest.mark.parametrize("match", [{}, {"any": []}, {"all": [{}]}, {"any": [{"resources": {}}]}])
def test_a_match_that_says_nothing_matches_nothing(match):
    exception = exception_of(match=match)
    assert not applies(exception, Request(pod()))
    assert CompiledException(exception, None).filter.explain(Request(pod())).outcome == "false"


def test_operations_are_not_looked_at():
    exception = exception_of(match={"any": [{"resources": {"kinds": ["Pod"], "operations": ["DELETE"]}}]})
    assert applies(exception, Request(pod(), None, "CREATE"))


def test_a_filter_by_users_needs_a_user():
    exception = exception_of(match={"any": [{**PODS, "subjects": [{"kind": "User", "name": "amy"}]}]})
    assert not applies(exception, Request(pod()))
    assert applies(exception, Request(pod(), user=User({"username": "amy"})))


@pytest.mark.parametrize(
    ("kind", "labels", "expected"),
    [("Pod", {"team": "a"}, True), ("Pod", {}, False), ("Namespace", {}, True), ("", {}, True)],
)
def test_a_namespace_selector_is_passed_over_where_there_is_no_namespace(kind, labels, expected):
    wanted = {"names": ["web"], "namespaceSelector": {"matchLabels": {"team": "a"}}}
    exception = exception_of(match={"all": [{"resources": wanted}]})
    request = Request({**pod(), "kind": kind}, namespace_labels=labels)
    assert applies(exception, request) is expected
    assert (CompiledException(exception, None).filter.explain(request).outcome == "true") is expected


class Conditions:
    """What stands for compiled conditions."""

    def __init__(self, answer):
        self.answer = answer

    def holds_exception(self, _context):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (True, True),
        (False, False),
        (ExpressionError("no such key"), False),
        (LimitExceeded("expression_work", 2, 1), False),
    ],
)
def test_conditions_that_cannot_be_evaluated_make_no_exception(answer, expected):
    compiled = CompiledException(exception_of(match={"any": [PODS]}), None)
    compiled._conditions = Conditions(answer)  # noqa: SLF001  evaluating has its own tests
    assert compiled.applies(Request(pod()), dict) is expected


def test_no_context_is_made_where_match_decides():
    compiled = CompiledException(exception_of(match={"any": [PODS]}), None)
    compiled._conditions = Conditions(True)  # noqa: SLF001  as above
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
    assert not compiled.applies(Request(node), None)  # None cannot be called
