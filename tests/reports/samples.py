"""Results to make reports of: a few by hand, and a strategy that draws any."""

from __future__ import annotations

from hypothesis import strategies as st

from kyvernopy.results import PolicyRef, ResourceRef, RuleInfo, RuleResult, Status
from kyvernopy.source import Place, Resource, Source

SEVERITY, CATEGORY, SCORED = (f"policies.kyverno.io/{name}" for name in ("severity", "category", "scored"))

TAGS = PolicyRef("disallow-latest-tag", annotations={SEVERITY: "medium", CATEGORY: "Best Practices"})
UNSCORED = PolicyRef("require-replicas", annotations={SCORED: "false"}, background=False)
NAMESPACED = PolicyRef("team-a/check-labels", "Policy")
LABELS = PolicyRef("add-labels")
NAMESPACES = PolicyRef("make-quota")
CEL = PolicyRef("check-replicas", "ValidatingPolicy")

REQUIRE_TAG = RuleInfo(TAGS, "require-tag")
FORBID_LATEST = RuleInfo(TAGS, "autogen-forbid-latest", policy_action="Enforce")
LOAD = RuleInfo(TAGS, "load")
REPLICAS = RuleInfo(UNSCORED, "replicas")
CHECK_LABELS = RuleInfo(NAMESPACED, "labels")
ADD_LABELS = RuleInfo(LABELS, "add", "Mutation")
MAKE_QUOTA = RuleInfo(NAMESPACES, "quota", "Generation")
CHECK_REPLICAS = RuleInfo(CEL, "", policy_action="")


def resource(kind: str, name: str, namespace: str = "default", line: int = 1, **labels: str) -> Resource:
    """A resource as the loader makes it; without a name or namespace where that is empty."""
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    api_version = "apps/v1" if kind == "Deployment" else "v1"
    value = {"apiVersion": api_version, "kind": kind, "metadata": {key: part for key, part in metadata.items() if part}}
    return Resource(value, Source("manifests.yaml", line=line))


WEB = resource("Pod", "web", line=1, team="shop")
DATABASE = resource("Deployment", "database", "team-a", line=12)
PRODUCTION = resource("Namespace", "production", "", line=40)


def mixed() -> list[RuleResult]:
    """One result of every status and type, over three resources, in the order in which a scan gives them."""
    return [
        RuleResult(REQUIRE_TAG, Status.PASS, "validation rule 'require-tag' passed.", WEB),
        RuleResult(FORBID_LATEST, Status.FAIL, "validation error: no latest. rule forbid-latest failed", WEB),
        RuleResult(ADD_LABELS, Status.SKIP, "preconditions not met", WEB),
        RuleResult(REPLICAS, Status.FAIL, "validation error: rule replicas failed at path /spec/replicas/", DATABASE),
        RuleResult(CHECK_LABELS, Status.FAIL, "", DATABASE),
        RuleResult(CHECK_REPLICAS, Status.FAIL, "at most two replicas", DATABASE),
        RuleResult(ADD_LABELS, Status.ERROR, "failed to substitute", DATABASE),
        RuleResult(MAKE_QUOTA, Status.ERROR, "no such field", PRODUCTION),
        RuleResult(REQUIRE_TAG, Status.WARN, "first line\nsecond line", PRODUCTION),
        RuleResult(LOAD, Status.ERROR, "failed to load context: no such thing", PRODUCTION),
    ]


# --- Any results ---

words = st.text(max_size=12)
names = st.sampled_from(["", "web", "Web", "system:node", "päron", "x" * 260, "a.b", "-"])
kinds = st.sampled_from(["ClusterPolicy", "Policy", "ValidatingPolicy", "NamespacedMutatingPolicy", "Other"])
policies = st.builds(
    PolicyRef,
    st.sampled_from(["one", "two", "team-a/one"]),
    kinds,
    st.dictionaries(st.sampled_from([SEVERITY, CATEGORY, SCORED, "other"]), st.sampled_from(["low", "false", "x", ""])),
    background=st.booleans(),
    admission=st.booleans(),
)
rules = st.builds(
    RuleInfo,
    policies,
    st.sampled_from(["", "first", "second"]),
    st.sampled_from(["Validation", "ImageVerify", "Mutation", "Generation"]),
    policy_action=st.sampled_from(["", "audit", "Audit", "Enforce"]),
)
references = st.builds(
    ResourceRef,
    st.sampled_from(["v1", "apps/v1"]),
    st.sampled_from(["Pod", "Namespace", ""]),
    st.sampled_from(["", "default"]),
    names,
    st.sampled_from(["", "", "6f1e"]),
    st.builds(Place, st.sampled_from(["a.yaml", "b.yaml"]), st.integers(1, 3)),
)
plain_results = st.builds(RuleResult, rules, st.sampled_from(Status), words, references)
properties = st.dictionaries(st.sampled_from(["message", "failMessage", "passMessage", "owner"]), words, max_size=2)
results = st.lists(st.builds(RuleResult.with_properties, plain_results, properties), max_size=8)
