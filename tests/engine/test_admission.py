"""Requests as a real API server sent them, judged by the whole library of policies, and the answers that Kyverno gave.

Nothing here is asked of a cluster: what needs a provider is an error of the rule, as it is for the bare resource.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections import Counter

import pytest
import yaml

import kyvernopy
from kyvernopy.errors import DocumentError
from support import SHARED, needs_shared

pytestmark = needs_shared

LIBRARY = SHARED / "conformance" / "policy-library"
NOT_BUILT = "is not supported by this version of kyvernopy"


def lines_of(name):
    with gzip.open(SHARED / "goldens" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def reviews():
    return [line["review"] for line in lines_of("admission-reviews")]


@pytest.fixture(scope="module")
def library():
    return kyvernopy.load_policies(LIBRARY, errors="collect")


def errors_of(response):
    """The rules that could not be evaluated, but for those of kinds that come later."""
    errors = [result for result in response.results if result.status == "error" and NOT_BUILT not in result.message]
    return {(result.policy, result.rule): result.message for result in errors}


def errors_of_bare(policies, request):
    """The same for the resource alone: the operation, but nothing else of the request."""
    operation, new, old = request["operation"], request.get("object"), request.get("oldObject")
    if operation == "UPDATE":
        return errors_of(policies.validate(new, old=old, operation=operation))
    return errors_of(policies.validate(new or old, operation="CREATE" if operation == "CONNECT" else operation))


def test_no_rule_is_in_error_for_a_request_that_is_not_for_the_resource(reviews, library):
    assert len(library) > 200  # a folder that is not found would pass everything
    seen = Counter()
    for number, review in enumerate(reviews):
        request = review["request"]
        response = library.validate_review(review)
        seen[request["operation"], request.get("subResource")] += len(response.results)
        bare = errors_of_bare(library, request) if errors_of(response) else {}
        assert errors_of(response).keys() <= bare.keys(), f"line {number}"
    assert {operation for operation, _ in seen} == {"CREATE", "UPDATE", "DELETE", "CONNECT"}
    assert {subresource for _, subresource in seen} > {"scale", "ephemeralcontainers", "exec", "eviction"}
    assert all(seen[operation, None] for operation in ("CREATE", "UPDATE", "DELETE"))


def test_every_decision_about_a_request_can_be_explained(reviews, library):
    for review in reviews[::20]:
        explained = library.validate_review(review).explain()
        assert str(explained)
        assert json.dumps(explained.to_dict())


# --- What Kyverno answered ---


def policies_of(answer):
    """The policies of a set, whose failure actions were replaced."""
    documents = []
    for name in answer["policies"]:
        for document in yaml.safe_load_all((LIBRARY / name).read_text(encoding="utf-8")):
            spec = document["spec"]
            spec |= {"validationFailureAction": answer["failureAction"], "emitWarning": bool(answer["emitWarning"])}
            for rule in spec["rules"]:
                rule["validate"].pop("failureAction", None)
            documents.append(document)
    return kyvernopy.PolicySet.from_documents(documents)


def decision(response):
    message = response.get("status", {}).get("message", "") if not response["allowed"] else ""
    return response["allowed"], message, sorted(response.get("warnings") or [])


def test_answers_are_those_of_the_controller(reviews):
    compared = Counter()
    policies = None
    for answer in lines_of("admission-answers"):
        if "policies" in answer:
            policies = None if answer["set"].startswith("mutate") else policies_of(answer)
        elif policies is not None:
            ours = policies.validate_review(reviews[answer["review"]], namespace_labels={})
            told = ours.allowed, ours.blocked_message, sorted(ours.warnings)
            assert told == decision(answer["response"]), f"{answer['set']}, line {answer['review']}"
            compared[answer["set"], ours.allowed] += 1
    assert len({name for name, _ in compared}) == 3
    assert sum(count for (_, allowed), count in compared.items() if not allowed) > 20


# --- Broken reviews ---

WRONG = (None, True, 1, 1.5, "text", "", [], [1], {}, {"a": 1}, {"metadata": []}, {"metadata": {"labels": [1]}})


def spots(value, path=(), depth=0):
    """The paths of a request, and of its objects those of the first level."""
    if isinstance(value, dict) and depth < 2 and path[-1:] != ("managedFields",):
        for key, below in value.items():
            yield (*path, key)
            yield from spots(below, (*path, key), depth + 1)


def with_value(review, path, value):
    changed = copy.deepcopy(review)
    spot = changed["request"]
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    return changed


@pytest.mark.parametrize("operation", ["CREATE", "UPDATE", "DELETE", "CONNECT"])
def test_a_broken_review_is_judged_or_an_error_that_names_the_field(operation, reviews, library):
    policies = library.only([policy for policy in library if policy.name.startswith("disallow-host")])
    review = next(one for one in reviews if one["request"]["operation"] == operation)
    changed = (with_value(review, path, value) for path in spots(review["request"]) for value in WRONG)
    outcomes = Counter(outcome(policies, one) for one in changed)
    assert outcomes.keys() == {"judged", "refused"}
    assert min(outcomes.values()) > 20


def outcome(policies, review):
    """What becomes of a review, which is one of these and nothing else."""
    try:
        response = policies.validate_review(review)
    except DocumentError as error:
        finding = error.finding
        return "refused" if finding.help and finding.place.path.startswith("request.") else str(error)
    return "judged" if str(response.explain()) else "not explained"


@pytest.mark.parametrize("name", ["kind", "operation", "object"])
def test_a_review_without_a_part_is_an_error_that_names_it(name, reviews, library):
    review = copy.deepcopy(next(one for one in reviews if one["request"]["operation"] == "CREATE"))
    del review["request"][name]
    with pytest.raises(DocumentError, match=rf"request\.{name}"):
        library.validate_review(review)
