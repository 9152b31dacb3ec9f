"""Admission reviews as requests to the engine."""

from __future__ import annotations

import gzip
import json

import pytest

from kyvernopy.engine.review import is_review, request_from_review
from kyvernopy.errors import DocumentError
from support import SHARED, needs_shared

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}


def review(**changes):
    request = {
        "uid": "1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": "web",
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {"username": "amy", "groups": ["dev"]},
        "object": POD,
        "oldObject": None,
        **changes,
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def test_a_review_says_object_operation_and_user():
    request = request_from_review(review(), roles=["shop:edit"], namespace_labels={"env": "prod"})

    assert (request.new, request.old, request.operation) == (POD, None, "CREATE")
    assert (request.user.username, request.user.groups, request.user.roles) == ("amy", ("dev",), ("shop:edit",))
    assert (request.gvk, request.subresource) == (("", "v1", "Pod"), "")
    assert request.namespace_labels == {"env": "prod"}
    assert request.admission is not None
    assert request.admission["uid"] == "1"


def test_an_update_has_both_objects():
    request = request_from_review(review(operation="UPDATE", oldObject=POD))

    assert request.is_update
    assert request.old == POD


def test_a_deletion_is_about_the_old_object():
    request = request_from_review(review(operation="DELETE", object=None, oldObject=POD))

    assert (request.new, request.old, request.subject) == (None, POD, POD)


def test_what_is_sent_to_a_subresource_is_matched_as_the_resource():
    options = {"apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"]}
    kind = {"group": "", "version": "v1", "kind": "PodExecOptions"}
    request = request_from_review(review(operation="CONNECT", kind=kind, subResource="exec", object=options))

    assert (request.gvk, request.subresource) == (("", "v1", "Pod"), "exec")
    assert request.kind == "PodExecOptions"
    assert request.namespace == "shop"
    assert "metadata" not in options


def test_a_subresource_of_an_unknown_kind_has_its_kind():
    kind = {"group": "shop.example", "version": "v1", "kind": "Order"}
    resource = {"group": "shop.example", "version": "v1", "resource": "orders"}
    order = {"apiVersion": "shop.example/v1", "kind": "Order", "metadata": {"name": "one", "namespace": "shop"}}
    request = request_from_review(
        review(operation="UPDATE", kind=kind, resource=resource, subResource="status", object=order)
    )

    assert (request.gvk, request.subresource) == (("shop.example", "v1", "Order"), "status")


def test_a_namespace_has_no_namespace_of_its_own():
    kind = {"group": "", "version": "v1", "kind": "Namespace"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

    assert request_from_review(review(kind=kind, object=namespace)).new is namespace


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"operation": "create"}, "request.operation: expected one of CREATE, UPDATE, DELETE, CONNECT"),
        ({"operation": ["CREATE"]}, "request.operation: expected a string"),
        ({"object": None}, "request.object: the operation CREATE needs an object here"),
        ({"operation": "DELETE"}, "request.oldObject: the operation DELETE needs an object here"),
        ({"object": []}, "request.object: expected a map"),
        ({"kind": "Pod"}, "request.kind: expected a map"),
        ({"kind": {"version": "v1"}}, "request.kind.kind: the kind is missing"),
        ({"userInfo": {"groups": "dev"}}, "request.userInfo.groups: expected a list of strings"),
        ({"subResource": 1}, "request.subResource: expected a string"),
    ],
)
def test_a_malformed_review_is_an_error_that_names_the_field(changes, message):
    with pytest.raises(DocumentError) as raised:
        request_from_review(review(**changes))

    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("document", [None, [], {}, {"request": None}])
def test_a_document_without_a_request_is_an_error(document):
    with pytest.raises(DocumentError, match="`request`"):
        request_from_review(document)


def test_only_reviews_are_reviews():
    assert is_review(review())
    assert not is_review(POD)
    assert not is_review({**POD, "kind": "AdmissionReview"})


@needs_shared
def test_all_recorded_reviews_are_read():
    with gzip.open(SHARED / "goldens" / "admission-reviews.jsonl.gz", "rt", encoding="utf-8") as lines:
        reviews = [json.loads(line)["review"] for line in lines]
    requests = [request_from_review(one) for one in reviews]

    assert {(one.gvk[2], one.subresource) for one in requests if one.subresource} == {
        *(("Pod", name) for name in ("ephemeralcontainers", "eviction", "exec", "status")),
        ("Deployment", "scale"),
    }
