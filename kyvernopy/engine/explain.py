"""Why a rule decided as it did: the way through match, context, preconditions, exceptions and check, walked once more.

Nothing of this runs until somebody asks. The walk evaluates with a context of its own, so it sees what the decision
saw, as long as nobody changed the resource since.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kyvernopy.engine.rule_context import explain_conditions
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.explanations import Explanation
from kyvernopy.policies.autogen import autogen_name
from kyvernopy.results import ResourceRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.request import Request
    from kyvernopy.engine.rules import Evaluation, RuleParts
    from kyvernopy.policies.model import Policy, Rule
    from kyvernopy.results import RuleResult
    from kyvernopy.source import Place

__all__ = ["explain_rule", "explain_rules"]


def explain_rules(explanations: Sequence[Explanation], request: Request) -> Explanation:
    """What all rules say about one resource."""
    about = ResourceRef.of(request.subject)
    children = tuple(replace(one, about="") for one in explanations)  # said once is enough
    return Explanation("", title=f"{request.operation} {about}", about=str(about.place), children=children)


def explain_rule(parts: RuleParts, request: Request, result: RuleResult | None, evaluation: Evaluation) -> Explanation:
    """The way that led to a result, or to none."""
    about = ResourceRef.of(request.subject)
    match = parts.matcher.explain(request)
    outcome, message = (result.status, result.message) if result else ("no result", "")
    return Explanation(
        outcome if match.outcome == "true" else "not matched",
        message=message,
        children=(match, *_steps(evaluation)) if match.outcome == "true" else (match,),
        title=f"{parts.policy.key}/{parts.rule.name}",
        place=_place(parts.policy, parts.rule),
        about=f"{about} ({about.place})" if str(about.place) else str(about),
    )


def _steps(evaluation: Evaluation) -> Iterator[Explanation]:
    """What came after match, up to the step that decided (spec 03 §5.4)."""
    parts, context = evaluation.parts, evaluation.context
    try:
        problem = evaluation.unmet()
        yield from explain_conditions("preconditions", parts.preconditions, context)
        if problem is None:
            yield from _exceptions(evaluation)
            if not evaluation.exceptions and parts.check is not None:
                yield parts.check.explain(evaluation.request.new, context)
    except (ExpressionError, LimitExceeded, RecursionError) as error:
        yield Explanation("error", message=str(error))
    yield from _entries(evaluation)


def _exceptions(evaluation: Evaluation) -> Iterator[Explanation]:
    evaluation.excepted()
    for one in evaluation.parts.exceptions:
        applies = one.key in evaluation.exceptions
        reasons = "" if applies else "; ".join(one.filter.reasons(evaluation.request)) or "its conditions do not hold"
        yield Explanation("true" if applies else "false", title=f"exception {one.key}", message=reasons)


def _entries(evaluation: Evaluation) -> Iterator[Explanation]:
    """The context entries that were loaded, with their values."""
    data = evaluation.context.data
    for entry in evaluation.parts.rule.context:
        if entry.name in data:
            yield Explanation("", title=f"context entry {entry.name}", found=data[entry.name])


def _place(policy: Policy, rule: Rule) -> Place:
    """Where a rule is written; a rule made by autogen stands where the one it was made from does."""
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only who asks reads the file once more
    from kyvernopy.source import NOWHERE  # noqa: PLC0415  as above

    if policy.source is None:
        return NOWHERE
    for index, one in enumerate(policy.spec.rules):
        made = (autogen_name(prefix, one.name) for prefix in ("autogen", "autogen-cronjob"))
        if rule.name in (one.name, *made):
            return place_of(policy.source, ("spec", "rules", index))
    return place_of(policy.source)
