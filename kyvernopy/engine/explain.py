"""Why a rule decided as it did: the way through match, context, preconditions, exceptions and check, walked once more.

Nothing of this runs until somebody asks. The walk evaluates with a context of its own, so it sees what the decision
saw, as long as nobody changed the resource since. Each step that decides has the place where the policy says so; for
that a file is read once more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.index import APPLIED
from kyvernopy.engine.rule_context import explain_conditions
from kyvernopy.engine.rules import Evaluation
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.explanations import Explanation
from kyvernopy.policies.autogen import autogen_name
from kyvernopy.results import ResourceRef, Status
from kyvernopy.source import NOWHERE, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.configuration import Configuration
    from kyvernopy.engine.index import CompiledPolicy
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.rules import RuleParts
    from kyvernopy.policies.model import Validate
    from kyvernopy.results import RuleResult
    from kyvernopy.source import Place

__all__ = ["explain_request", "explain_rule"]


# --- All rules ---


def explain_request(
    policies: Sequence[CompiledPolicy], left_alone: Configuration | None, request: Request
) -> Explanation:
    """What all rules say about a request; `left_alone` is the configuration that keeps them from being asked."""
    about = ResourceRef.of(request.subject)
    user = f" by {request.user.username}" if request.user.username else ""
    title = f"{request.operation} {about}{user}"
    if not request.subject:
        return Explanation("not matched", title=title, message="resource is empty")
    if left_alone is not None:
        return Explanation("not matched", title=title, message=left_alone.reason(request), about=str(about.place))
    explained = [one for policy in policies for one in _explain_policy(policy, request)]
    children = tuple(replace(one, about="") for one in explained)  # said once is enough
    return Explanation("", title=title, about=str(about.place), children=children)


def _explain_policy(policy: CompiledPolicy, request: Request) -> Iterator[Explanation]:
    applied = ""
    for parts in policy.parts(request.gvk[2]):
        if applied:
            message = f"the rule {applied} has applied already, and the policy says `applyRules: One`"
            yield Explanation("not asked", title=_title(parts), message=message, place=_place(parts))
            continue
        rule = None if _is_outside(parts, request) else parts.bind(request.gvk, request.subresource)
        result = rule.decide(request) if rule else None
        yield parts.explain(request, result)
        if result and result.status in APPLIED and policy.policy.spec.apply_rules == "One":
            applied = parts.rule.name


def _is_outside(parts: RuleParts, request: Request) -> bool:
    """Whether the policy is for another namespace (spec 03 §3.1)."""
    namespace = parts.policy.confined_to
    return bool(namespace) and not request.is_within(namespace)


# --- One rule ---


def explain_rule(parts: RuleParts, request: Request, result: RuleResult | None, evaluation: Evaluation) -> Explanation:
    """The way that led to a result, or to none."""
    about = ResourceRef.of(request.subject)
    match = parts.matcher.explain(request)
    steps: list[Explanation] = []
    if match.outcome == "true" and _is_outside(parts, request):
        match = replace(match, outcome="false", message="policy and resource namespaces mismatch")
    if match.outcome == "true":
        outcome, message = (result.status, result.message) if result else ("no result", "")
        steps = list(_steps(evaluation))
        steps[:0] = [match, *parts.entries.explain(evaluation.context)]
    else:
        outcome, message = "not matched", ""
        steps = [match]
    return Explanation(
        outcome,
        message=message,
        children=(*_origin(parts), *steps),
        title=_title(parts),
        place=_place(parts),
        about=f"{about} ({about.place})" if str(about.place) else str(about),
    )


def _title(parts: RuleParts) -> str:
    return f"{parts.policy.key}/{parts.rule.name}"


def _steps(evaluation: Evaluation) -> Iterator[Explanation]:
    """What came after match, up to the step that decided (spec 03 §5.4)."""
    parts, context = evaluation.parts, evaluation.context
    try:
        # An entry that cannot be loaded is tried once in a context, so what explains has one of its own.
        asked = Evaluation(parts, evaluation.request).context
        parts.entries.declare(asked)
        for one in explain_conditions("preconditions", parts.preconditions, asked):
            yield one if one.outcome == "true" else replace(one, place=_place(parts, "preconditions"))
        if evaluation.unmet() is None:
            yield from (one.explain(evaluation.request, context.fork()) for one in parts.exceptions)
            if evaluation.excepted() is None:
                yield from _check(evaluation)
    except (ExpressionError, LimitExceeded, RecursionError) as error:
        yield Explanation("error", message=str(error))


def _check(evaluation: Evaluation) -> Iterator[Explanation]:
    parts, request = evaluation.parts, evaluation.request
    if parts.check is None:
        return
    before = evaluation.context.fork()
    explained = parts.check.explain(request.new, evaluation.context)
    if explained.outcome not in ("", Status.PASS):
        explained = replace(explained, place=_place(parts, "validate", _field(parts.rule.validate)))
    yield _located(explained, request.new)
    if parts.tolerant and request.is_update:
        yield from _old_object(evaluation, before, failed=explained.outcome == Status.FAIL)


def _old_object(evaluation: Evaluation, context: Any, *, failed: bool) -> Iterator[Explanation]:
    """What becomes of a failure that was there before (spec 03 §5.6)."""
    parts, request = evaluation.parts, evaluation.request
    title = "old object"
    if request.operation != "UPDATE":
        yield Explanation("skip", title=title, message="it is compared in an UPDATE only")
        return
    if not failed or parts.check is None:
        return
    if parts.as_created(request) is None:
        yield Explanation("not matched", title=title, message=_why_not_compared(parts, request))
        return
    # Upstream: the context is left as the failure left it, and patterns keep the values of the new object.
    parts.check.judge(request.new, context)
    explained = parts.check.fixed(context).explain(request.old, context.about_old())
    title += (
        ", which violates the rule too" if explained.outcome == Status.FAIL else ", which does not violate the rule"
    )
    yield replace(explained, title=f"{title}: {explained.title}")


def _why_not_compared(parts: RuleParts, request: Request) -> str:
    if not request.old:
        return "there is none"
    if parts.rule.preconditions is not None:
        return "a rule with preconditions is taken not to match the old object"
    return "the rule does not match it"


# --- Places ---


def _origin(parts: RuleParts) -> Iterator[Explanation]:
    """The rule that autogen made this one from."""
    index, name = _written(parts)
    if index >= 0 and name != parts.rule.name:
        yield Explanation("", title=f"made by autogen from the rule {name}")


def _written(parts: RuleParts) -> tuple[int, str]:
    """The index and name of a rule in its policy, or of the one that it was made from."""
    for index, one in enumerate(parts.policy.spec.rules):
        made = (autogen_name(prefix, one.name) for prefix in ("autogen", "autogen-cronjob"))
        if parts.rule.name in (one.name, *made):
            return index, one.name
    return -1, ""


def _place(parts: RuleParts, *fields: str) -> Place:
    """Where a rule, or a field of it, is written; a rule of autogen stands where the one it was made from does."""
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only who asks reads the file once more
    from kyvernopy.documents.positions import show_path  # noqa: PLC0415  as above

    source, (index, _) = parts.policy.source, _written(parts)
    path: tuple[str | int, ...] = ("spec", "rules", index, *fields) if index >= 0 else ()
    if source is None or not (source.name or source.text):  # plain data has no lines
        return replace(NOWHERE, path=show_path(path))
    return place_of(source, path)


def _field(validate: Validate | None) -> str:
    """The field that the check of a rule stands in."""
    fields = validate.to_dict() if validate else {}
    return next((name for name in ("deny", "pattern", "anyPattern", "foreach") if name in fields), "")


def _located(explained: Explanation, resource: Any) -> Explanation:
    """The explanation with the lines of the resource that a pattern failed at."""
    if not isinstance(resource, Resource) or resource.source is None or explained.title == "foreach":
        return explained
    children = tuple(_located(child, resource) for child in explained.children if explained.title == "anyPattern")
    explained = replace(explained, children=children) if children else explained
    if not explained.path:
        return explained
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  as above

    return replace(explained, about=str(place_of(resource.source, _field_path(explained.path, resource))))


def _field_path(path: str, resource: Any) -> tuple[str | int, ...]:
    """The keys and indices of a slash path; keys may have slashes themselves."""
    found: list[str | int] = []
    rest = path.strip("/")
    while rest and isinstance(resource, (dict, list)):
        step: str | int
        if isinstance(resource, dict):
            keys = [key for key in resource if isinstance(key, str) and f"{rest}/".startswith(f"{key}/")]
            step = max(keys, key=len, default=rest.partition("/")[0])
            rest = rest[len(step) :].lstrip("/")
            resource = resource.get(step)
        else:
            index, _, rest = rest.partition("/")
            step = int(index) if index.isdecimal() else 0
            resource = resource[step] if step < len(resource) else None
        found.append(step)
    return tuple(found)
