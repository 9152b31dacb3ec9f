"""Documents of policies for property tests: mostly valid, all fields now and then, and much that autogen looks at."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["policies"]

KINDS = st.sampled_from(
    ["Pod", "Pod", "Pod", "v1/Pod", "Pod/exec", "Deployment", "apps/v1/Deployment", "CronJob", "ConfigMap", "*"]
)
PATHS = st.sampled_from(
    [
        "{{ request.object.spec.containers }}",
        "{{ request.oldObject.metadata.name }}",
        "request.object.specialField",
        "object.spec.x == oldObject.metadata.y",
        "$(./../pattern/spec/x) and $(deny) and \\$(pattern)",
        "$(anyPattern/0/spec/a)",
        "plain",
        "",
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([1.0, 0.5, -2.0, 1e20]), PATHS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["spec", "any", "=(a)", "request.object.spec"]), inner, max_size=2),
    ),
    max_leaves=5,
)
SOME_JSON = JSON.filter(lambda value: value is not None)
LABELS = st.dictionaries(st.sampled_from(["app", "a/b"]), st.sampled_from(["x", "*"]), max_size=1)
ANNOTATION = "pod-policies.kyverno.io/autogen-controllers"
CONTROLLERS = st.sampled_from(
    ["", "none", "all", "CronJob", "Deployment", "Deployment,CronJob", "Deployment, Job", "Foo", "StatefulSet,Job,none"]
)


def fields(**optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    """A map with some of these fields."""
    return st.fixed_dictionaries({}, optional=optional)


def block(name: str, strategy: st.SearchStrategy, **optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    """A map with this field, and some of the others."""
    return st.fixed_dictionaries({name: strategy}, optional=optional)


def rarely(strategy: st.SearchStrategy) -> st.SearchStrategy:
    """Nothing, but in one case of thirty what keeps autogen away."""
    return st.integers(0, 29).flatmap(lambda number: strategy if number == 0 else st.just({}))


NARROW = fields(
    name=st.sampled_from(["x", ""]),
    names=st.lists(st.just("x*"), max_size=1),
    selector=fields(matchLabels=LABELS),
    annotations=LABELS,
)
WIDE = fields(
    kinds=st.one_of(*[st.lists(KINDS, min_size=1, max_size=1)] * 5, st.lists(KINDS, max_size=2)),
    namespaces=st.lists(st.just("ns"), max_size=1),
    namespaceSelector=fields(matchLabels=LABELS),
    operations=st.lists(st.sampled_from(["CREATE", "UPDATE"]), max_size=2),
)
DESCRIPTION = st.builds(lambda wide, narrow: {**wide, **narrow}, WIDE, rarely(NARROW))
USER = {
    "roles": st.lists(st.just("ns:r"), max_size=1),
    "subjects": st.lists(st.just({"kind": "User", "name": "u"}), max_size=1),
}
FILTER = fields(resources=DESCRIPTION, **USER)
FILTERS = st.lists(FILTER, max_size=2)
POD_ONLY = st.just({"any": [{"resources": {"kinds": ["Pod"]}}]})
MATCH = st.one_of(
    *[POD_ONLY] * 4,
    fields(any=FILTERS),
    fields(all=FILTERS),
    fields(any=FILTERS, all=FILTERS, resources=DESCRIPTION, **USER),
)

CONDITION = fields(key=SOME_JSON, operator=st.sampled_from(["Equals", "AnyIn"]), value=SOME_JSON, message=PATHS)
CONDITION_LIST = st.lists(CONDITION, max_size=2)
ANY_ALL = fields(any=CONDITION_LIST, all=CONDITION_LIST)
CONDITIONS = st.one_of(ANY_ALL, CONDITION_LIST)
CONTEXT = st.lists(
    st.one_of(
        st.builds(lambda value: {"name": "v", "variable": {"value": value}}, SOME_JSON),
        st.builds(lambda path: {"name": "c", "configMap": {"name": path, "namespace": "x"}}, PATHS),
        st.builds(lambda path: {"name": "a", "apiCall": {"urlPath": path}}, PATHS),
    ),
    min_size=1,
    max_size=2,
)
DENY = fields(conditions=CONDITIONS)
LOOP = fields(
    list=PATHS, elementScope=st.booleans(), context=CONTEXT, preconditions=ANY_ALL, pattern=SOME_JSON, deny=DENY
)
NESTED_LOOP = st.builds(lambda loop, inner: {**loop, "foreach": [inner]}, LOOP, LOOP)
PATCH_LOOP = fields(
    list=PATHS,
    order=st.sampled_from(["Ascending", "Descending"]),
    context=CONTEXT,
    preconditions=ANY_ALL,
    patchStrategicMerge=SOME_JSON,
)
ACTIONS = st.sampled_from(["Audit", "Enforce", "audit"])
OVERRIDES = st.lists(fields(action=ACTIONS, namespaces=st.lists(st.just("x"), max_size=1)), min_size=1, max_size=1)
ABOUT = {
    "message": PATHS,
    "failureAction": ACTIONS,
    "failureActionOverrides": OVERRIDES,
    "allowExistingViolations": st.booleans(),
}
VALIDATE = st.one_of(
    block("pattern", SOME_JSON, **ABOUT),
    block("anyPattern", st.lists(SOME_JSON, max_size=2), **ABOUT),
    block("deny", DENY, **ABOUT),
    block("foreach", st.lists(st.one_of(LOOP, NESTED_LOOP), min_size=1, max_size=2), **ABOUT),
    block("podSecurity", st.just({"level": "baseline", "version": "latest"}), **ABOUT),
    block("cel", PATHS.map(lambda text: {"expressions": [{"expression": text, "message": text}]}), **ABOUT),
    block("manifests", st.just({"repository": "x"}), **ABOUT),
    fields(pattern=SOME_JSON, deny=DENY, anyPattern=SOME_JSON, **ABOUT),
)
TARGET = fields(apiVersion=st.just("v1"), kind=st.just("Secret"), name=PATHS, context=CONTEXT, preconditions=CONDITIONS)
MUTATE = st.one_of(
    block("patchStrategicMerge", SOME_JSON, targets=st.lists(TARGET, max_size=1)),
    block("foreach", st.lists(PATCH_LOOP, min_size=1, max_size=2)),
    rarely(st.just({"patchesJson6902": "- op: remove"})),
)
ACTION = st.one_of(
    *[block("validate", VALIDATE)] * 2,
    block("mutate", MUTATE),
    PATHS.map(lambda text: {"verifyImages": [{"imageReferences": ["*"], "repository": text}]}),
    st.just({}),
)
NAMES = st.sampled_from(["a", "b", "c", "autogen-x", "n" * 60])
RULE = st.builds(
    lambda name, match, rest, action: {"name": name, "match": match, **rest, **action},
    NAMES,
    MATCH,
    fields(
        exclude=MATCH,
        context=CONTEXT,
        preconditions=CONDITIONS,
        celPreconditions=st.lists(
            st.builds(lambda text: {"name": "c", "expression": text}, PATHS), min_size=1, max_size=1
        ),
        skipBackgroundRequests=st.booleans(),
    ),
    ACTION,
)
SPEC = st.builds(
    lambda rules, rest: {"rules": rules, **rest},
    st.one_of(st.lists(RULE, min_size=1, max_size=3), st.lists(RULE, max_size=1)),
    fields(
        applyRules=st.sampled_from(["All", "One"]),
        validationFailureAction=ACTIONS,
        validationFailureActionOverrides=OVERRIDES,
        background=st.booleans(),
        emitWarning=st.booleans(),
        webhookTimeoutSeconds=st.integers(1, 30),
        webhookConfiguration=fields(
            failurePolicy=st.sampled_from(["Ignore", "Fail"]), timeoutSeconds=st.integers(1, 30)
        ),
    ),
)
METADATA = st.builds(
    lambda namespace, annotations: {"name": "p", **namespace, "annotations": annotations},
    fields(namespace=st.just("ns")),
    st.one_of(st.just({}), CONTROLLERS.map(lambda text: {ANNOTATION: text})),
)
policies = st.builds(
    lambda kind, metadata, spec: {"apiVersion": "kyverno.io/v1", "kind": kind, "metadata": metadata, "spec": spec},
    st.sampled_from(["ClusterPolicy", "Policy"]),
    METADATA,
    SPEC,
)
