"""Mistakes in policies and what is beside them: each is said with its place, and everything else is still judged."""

from __future__ import annotations

import pytest

import kyvernopy

GOOD = """
    - name: good
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate: {message: a name is needed, pattern: {metadata: {name: "?*"}}}"""

POLICY = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: mistakes}
spec:
  rules:
    - name: bad
      match: {any: [{resources: {kinds: [Pod]}}]}
      context: [CONTEXT]
      validate:
        message: not wanted
        deny:
          conditions:
            any:
              - key: "KEY"
                operator: Equals
                value: a
"""

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "a"}]}}
SETTINGS = "{name: settings, configMap: {name: settings, namespace: ops}}"
CALL = "{name: answer, apiCall: {urlPath: /api/v1/namespaces}}"
PREFIX = "failed to check deny conditions: failed to substitute variables in condition key: failed to resolve"


def load(key, context="", providers=None):
    text = POLICY.replace("KEY", key).replace("CONTEXT", context) + GOOD.lstrip("\n") + "\n"
    return kyvernopy.parse_policies(text, source="policy.yaml", providers=providers)


def results_of(policies):
    """The bad rule's result, once it is known that the good rule was judged."""
    bad, good = policies.validate(POD).results
    assert (good.rule, good.status) == ("good", "pass")
    return bad


@pytest.mark.parametrize(
    ("key", "context", "said", "help_", "excerpt", "column"),
    [
        pytest.param(
            "{{ request.object.spec.containers[?name=='a' }}",
            "",
            "SyntaxError: Expected tRbracket, received: tEOF",
            "correct the expression",
            "request.object.spec.containers[?name=='a'\n                                         ^",
            67,
            id="an expression that does not parse",
        ),
        pytest.param(
            "{{ to_uper(request.object.kind) }}",
            "",
            "there is no function `to_uper`",
            "did you mean `to_upper`?",
            "to_uper(request.object.kind)\n^",
            26,
            id="an unknown function",
        ),
        pytest.param(
            "{{ tems }}",
            "{name: teams, variable: {value: [red]}}",
            "variable tems must match regex",
            "did you mean `teams`?",
            "tems",
            26,
            id="a variable that nothing defines",
        ),
    ],
)
def test_a_mistake_in_an_expression_is_found_where_it_stands(key, context, said, help_, excerpt, column):
    policies = load(key, context)
    [finding] = policies.check()
    place = finding.place

    assert said in finding.message
    assert (finding.help, finding.excerpt) == (help_, excerpt)
    assert (place.source, place.line, place.column) == ("policy.yaml", 14, column)
    assert place.path == "spec.rules[0].validate.deny.conditions.any[0].key"
    assert str(finding).startswith(f"policy.yaml:14:{column}: ")
    assert results_of(policies).status == "error"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "{{ request.object.spec.containers[?name=='a' }}",
            "request.object.spec.containers[?name=='a' at path : incorrect query ",
        ),
        ("{{ to_uper(request.object.kind) }}", "to_uper(request.object.kind) at path : JMESPath query failed: "),
        ("{{ tems }}", 'tems at path : JMESPath query failed: Unknown key "tems" in path'),
    ],
)
def test_a_mistake_in_an_expression_is_an_error_of_its_rule(key, message):
    result = results_of(load(key))

    assert result.status == "error"
    assert result.message.startswith(f"{PREFIX} {message}")
    assert "policy: policy.yaml:6:7: spec.rules[0]" in str(result.explain())


def test_a_policy_that_kyverno_would_refuse_is_refused_at_load_if_asked():
    text = POLICY.replace("KEY", "{{ tems }}").replace("CONTEXT", "")
    with pytest.raises(kyvernopy.PolicyError, match=r"policy\.yaml:14:26"):
        kyvernopy.parse_policies(text, source="policy.yaml", check=True)

    policies = kyvernopy.parse_policies(f"{text}---\n{other()}", source="policy.yaml", check=True, errors="collect")
    assert [policy.name for policy in policies] == ["other"]
    assert [one.code for one in policies.errors] == ["undefined-variable"]
    assert [result.status for result in policies.validate(POD).results] == ["pass"]


def other():
    return POLICY[: POLICY.index("    - name")].replace("mistakes", "other") + GOOD.lstrip("\n") + "\n"


# --- Context entries ---


@pytest.mark.parametrize(
    ("entry", "provider"), [(SETTINGS, "config_maps"), (CALL, "api_calls")], ids=["configMap", "apiCall"]
)
def test_an_entry_without_a_provider_is_an_error_that_an_explanation_names(entry, provider):
    name = entry[7:].partition(",")[0]
    result = results_of(load(f"{{{{ {name}.data }}}}", entry))

    assert result.status == "error"
    assert result.message.endswith(f'Unknown key "{name}" in path')
    assert f"the context entry `{name}` needs the provider `{provider}`" in str(result.explain())


def unreachable(*_arguments):
    raise OSError("no route to host")


@pytest.mark.parametrize(
    ("entry", "providers", "message"),
    [
        (SETTINGS, {"config_maps": unreachable}, "failed to get configmap ops/settings : no route to host"),
        (SETTINGS, {"config_maps": {}}, "failed to get configmap ops/settings"),
        (CALL, {"api_calls": unreachable}, "no route to host"),
        (CALL, {"api_calls": {}}, "failed to"),
    ],
    ids=["configMap", "no such ConfigMap", "apiCall", "no such answer"],
)
def test_a_provider_that_fails_is_an_error_of_the_rule(entry, providers, message):
    name = entry[7:].partition(",")[0]
    result = results_of(load(f"{{{{ {name}.data }}}}", entry, providers))

    assert result.status == "error"
    assert message in result.message
    assert message in str(result.explain())


def test_an_entry_that_nobody_reads_needs_no_provider():
    assert results_of(load("b", SETTINGS)).status == "pass"


# --- Exceptions ---


EXCEPTION = {
    "apiVersion": "kyverno.io/v2",
    "kind": "PolicyException",
    "metadata": {"name": "let-be", "namespace": "ops"},
    "spec": {
        "exceptions": [{"policyName": "mistake", "ruleNames": ["*"]}],
        "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
    },
}


def test_an_exception_that_names_no_loaded_policy_is_said():
    policies = load("b").with_exceptions([EXCEPTION])
    [note] = policies.notes

    assert (note.code, note.severity) == ("exception-unknown-policy", "error")
    assert note.message == "exception ops/let-be names the policy `mistake`, which is not loaded"
    assert note.help == "did you mean `mistakes`?"
    assert results_of(policies).status == "pass"


def test_an_exception_that_names_another_policy_too_is_a_warning():
    entries = [{"policyName": name, "ruleNames": ["bad"]} for name in ("mistakes", "elsewhere")]
    policies = load("a").with_exceptions([{**EXCEPTION, "spec": {**EXCEPTION["spec"], "exceptions": entries}}])

    assert [(note.severity, note.help) for note in policies.notes] == [
        ("warning", "correct the name, or load the policy")
    ]
    assert results_of(policies).status == "skip"


def test_an_exception_with_an_unknown_field_is_noted():
    odd = {**EXCEPTION, "spec": {**EXCEPTION["spec"], "exceptions": [{"policyName": "mistakes", "ruleName": "bad"}]}}
    [note] = load("b").with_exceptions([odd]).notes
    assert (note.message, note.help) == ("unknown field `ruleName`", "did you mean `ruleNames`?")
