"""What a type checker says of the public API; never run, but checked with mypy strict.

`assert_type` fails where the type is another one, `Any` included; a comment `type: ignore[code]` states that a call is
wrong, and fails where mypy sees no such error.
"""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

import kyvernopy
import kyvernopy.errors

# --- Policy sets ---

policies = kyvernopy.load_policies(["policies/", "more.yaml"])
assert_type(policies, kyvernopy.PolicySet)
assert_type(kyvernopy.parse_policies("", source="inline"), kyvernopy.PolicySet)
assert_type(kyvernopy.PolicySet.from_documents([{}]), kyvernopy.PolicySet)
kyvernopy.parse_policies(1)  # type: ignore[arg-type]  # text only

# --- Decisions ---

for resource in kyvernopy.load_resources("manifests/"):
    response = policies.validate(resource, operation="CREATE")
    assert_type(response.allowed, bool)
    assert_type(response.blocked_message, str)
    for result in response.results:
        assert_type(result.policy, str)
        assert_type(result.rule, str)
        assert_type(result.status, kyvernopy.Status)
        assert_type(result.message, str)
        assert_type(result.to_dict(), dict[str, str])

# --- Patterns ---

pattern = kyvernopy.compile_pattern({"spec": {"replicas": ">=2"}})
assert_type(pattern.matches({}), bool)
assert_type(pattern.outcome({}), kyvernopy.Outcome)
assert_type(pattern.explain({}), kyvernopy.Explanation)
assert_type(pattern.explain({}).message, str)

# --- Conditions ---

assert_type(kyvernopy.evaluate_condition("web-1", "AnyIn", ["web-*"], variables={"a": 1}), bool)
kyvernopy.evaluate_condition("a", 1, "a")  # type: ignore[arg-type]  # a name of an operator

# --- Changes ---

assert_type(kyvernopy.json_diff({}, {"a": 1}), list[dict[str, Any]])
kyvernopy.json_patch({}, 1)  # type: ignore[arg-type]  # a list or a text

# --- Reports and findings ---

report = policies.scan(kyvernopy.load_resources("manifests/"))
assert_type(report, kyvernopy.Report)
assert_type(report.summary, dict[str, int])
for one in report:
    assert_type(one, kyvernopy.RuleResult)
for finding in policies.check():
    assert_type(finding, kyvernopy.errors.Finding)
    assert_type(finding.message, str)

# --- Resources ---

kyvernopy.compile_pattern("?*").matches(1)  # any value
policies.validate({}, operation=1)  # type: ignore[arg-type]  # a name of an operation

# --- Expressions ---

expression = kyvernopy.jmespath.compile("spec.containers[].image", functions={"twice": lambda value: 2 * value})
assert_type(expression, kyvernopy.jmespath.Expression)
assert_type(expression.text, str)
kyvernopy.jmespath.compile(1)  # type: ignore[arg-type]  # text only
found: object = kyvernopy.jmespath.search("a || 'b'", {}, providers={"random": lambda bound: bound - 1})
