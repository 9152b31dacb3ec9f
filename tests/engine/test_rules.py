"""Rules that look around give what the definition gives: context, preconditions, deny, foreach, variables, updates."""

from __future__ import annotations

import copy
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy import PolicySet
from kyvernopy.engine import rules
from kyvernopy.engine.request import Request, User
from kyvernopy.engine.rules import Evaluation
from random_rules import Rules
from reference.rules import validate
from support import EXAMPLES, examples


def status_of(seed: int) -> str:
    """The status of the first rule, once it is known that the definition says the same of all."""
    draw = Rules(seed)
    policy, resource, user = draw.policy(), draw.resource(), draw.user()
    operation = draw.choose(["CREATE", "CREATE", "CREATE", "UPDATE", "UPDATE", "DELETE"])
    old = draw.resource() if operation == "UPDATE" else None
    before = copy.deepcopy((policy, resource, old))
    wanted = validate(policy, resource, old=old, operation=operation, request=user)
    response = PolicySet.from_documents([policy]).validate(resource, old=old, operation=operation, user=user)
    ours = [(one.rule, str(one.status), one.message) for one in response.results]
    assert list(map(without_own_words, ours)) == list(map(without_own_words, wanted))
    for result in response.results if seed % 10 == 0 else ():
        explanation = result.explain()
        assert (explanation.outcome, explanation.message) == (result.status, result.message)
        assert str(explanation)
    assert before == (policy, resource, old), "inputs are not changed"
    return str(response.results[0].status) if response.results else ""


def without_own_words(result: tuple[str, str, str]) -> tuple[str, str, str]:
    """What crashes upstream is an error in words of our own."""
    rule, status, message = result
    return rule, status, message.partition("a list")[0]


def test_rules_agree_with_the_definition():
    seen: Counter[str] = Counter()

    @examples(10_000)
    @given(st.integers(0, 2**64 - 1))
    def agree(seed):
        seen[status_of(seed)] += 1

    agree()
    # Agreement says little unless each of these was drawn often; a run with few examples says nothing here.
    if EXAMPLES is None:
        total = sum(seen.values())
        assert min(seen[status] / total for status in ("pass", "fail", "error")) >= 0.1, seen


POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"image": "a:1"}]}}


def test_empty_lists_of_roles_are_no_part_of_a_request():
    user = User({"roles": [], "clusterRoles": ["c"], "userInfo": {"username": "u", "groups": []}})
    request = Request(POD, user=user).facts["request"]
    assert "roles" not in request
    assert request["clusterRoles"] == ["c"]
    assert request["userInfo"] == {"username": "u"}


def policy_of(**rule):
    match = {"any": [{"resources": {"kinds": ["Pod"]}}]}
    spec = {"rules": [{"name": "r", "match": match, **rule}]}
    return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": spec}


def test_no_context_is_made_for_a_rule_that_reads_none(monkeypatch):
    made = []
    monkeypatch.setattr(rules, "Evaluation", lambda *asked: made.append(asked) or Evaluation(*asked))
    pattern = {"message": "no", "pattern": {"spec": {"containers": [{"image": "*:1"}]}}}
    plain = PolicySet.from_documents([policy_of(validate=pattern, reportProperties={"team": "a"})])
    assert [result.status for result in plain.validate(POD).results] == ["pass"]
    assert made == []
    looking = PolicySet.from_documents([policy_of(validate=pattern, preconditions={"all": []})])
    assert [result.status for result in looking.validate(POD).results] == ["pass"]
    assert len(made) == 1


def test_a_resource_is_looked_at_and_never_copied():
    seen = []
    functions = {"note": lambda value: seen.append(value) or True}
    deny = {"conditions": {"all": [{"key": "{{ note(request.object) }}", "operator": "Equals", "value": False}]}}
    policies = PolicySet.from_documents([policy_of(validate={"deny": deny})], functions=functions)
    assert [result.status for result in policies.validate(POD).results] == ["pass"]
    assert seen[0] is POD


def test_a_provider_is_asked_once_and_only_by_rules_that_mention_its_entry():
    asked = []
    providers = {"config_maps": lambda _, name: asked.append(name) or {"data": {"wanted": "web"}}}
    key = {"key": "{{ cm.data.wanted }}{{ cm.data.wanted }}", "operator": "Equals", "value": "webweb"}
    context = [{"name": name, "configMap": {"name": name, "namespace": "x"}} for name in ("cm", "unread")]
    rule = policy_of(context=context, validate={"deny": {"conditions": {"all": [key]}}})
    policies = PolicySet.from_documents([rule], providers=providers)
    assert [result.status for result in policies.validate(POD).results] == ["fail"]
    assert asked == ["cm"]
