"""Mutate rules for resources that exist: a trigger is matched, its targets are changed (spec 04 §6).

The targets come from the caller, as a list of resources among which each selector finds its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.change import Change, success
from kyvernopy.engine.mutation.rules import MutationParts
from kyvernopy.engine.request import namespace_of, text_of
from kyvernopy.engine.rule_context import ContextEntries, compile_preconditions, unmet
from kyvernopy.engine.rules import Evaluation, too_much
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.explanations import Explanation
from kyvernopy.kubernetes.kinds import gvk_of, parse_kind
from kyvernopy.kubernetes.selectors import SelectorError, selects
from kyvernopy.kubernetes.wildcards import has_wildcard, matches
from kyvernopy.results import ResourceRef, RuleResult, Status
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kyvernopy.engine.match import GVK, Test
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.settings import Settings
    from kyvernopy.policies.model import Policy, Rule, Target
    from kyvernopy.results import PolicyRef

    Resource = dict[str, Any]
    Result = tuple[RuleResult, Resource | None, Resource | None]

__all__ = ["TargetParts", "is_meant"]

FIELDS = ("apiVersion", "kind", "namespace", "name", "uid", "selector")


class TargetParts(MutationParts):
    """Everything of a mutate rule for existing resources that does not depend on the kind of the trigger."""

    def __init__(self, policy: Policy, ref: PolicyRef, rule: Rule, settings: Settings) -> None:
        super().__init__(policy, ref, rule, settings)
        targets = (rule.mutate.targets if rule.mutate else None) or ()
        self.targets = [TargetSelector(one, index, policy, settings) for index, one in enumerate(targets)]
        filters = (*rule.match.any, *rule.match.all, rule.match.legacy)
        self._is_for_deletions = any("DELETE" in one.resources.operations for one in filters)

    @property
    def reads_context(self) -> bool:
        """Targets are looked up in variables, and seen as one."""
        return True

    def bind_targets(self, gvk: GVK, subresource: str) -> MutationOfTargets | None:
        """The rule for triggers of one kind; None if it can never match them."""
        matches = self.tests_for(gvk, subresource)
        return None if matches is None else MutationOfTargets(self, matches)

    def is_for(self, operation: str) -> bool:
        """Whether an operation can trigger the rule (spec 04 §6.1: a deletion only where `match` names it)."""
        return operation != "DELETE" or self._is_for_deletions


class TargetSelector:
    """One entry of `targets`: which resources it means, and what is asked of each."""

    def __init__(self, target: Target, index: int, policy: Policy, settings: Settings) -> None:
        dialect, written = settings.dialect, target.to_dict()
        fields = {name: written[name] for name in FIELDS if name in written}
        self._template = compile_template(fields, dialect)
        self._index = index
        self._namespace = policy.confined_to
        self.entries = ContextEntries(target.context, dialect, policy.confined_to)
        self.preconditions = compile_preconditions(target.preconditions, dialect)

    def selected(self, evaluation: Evaluation, resources: Sequence[Resource]) -> list[Resource]:
        """The resources that are meant, in their order. Raises ExpressionError."""
        try:
            wanted = self._template.fill(evaluation.context)
        except ExpressionError as error:
            raise ExpressionError(f"failed to substitute variables in target[{self._index}]: {error}") from None
        fields = {name: value if isinstance(value, str) else "" for name, value in wanted.items() if name != "selector"}
        if self._namespace:
            fields["namespace"] = self._namespace
        selector = wanted.get("selector")
        found = [one for one in resources if is_meant(one, fields)]
        name, namespace = fields.get("name", ""), fields.get("namespace", "")
        if name and namespace and not has_wildcard(name + namespace):
            if not found:
                raise ExpressionError(f'failed to get target: "{name}" not found')
            return found  # Upstream: the selector is not looked at
        return [one for one in found if _is_selected(one, selector)]


def is_meant(resource: Resource, fields: Mapping[str, str]) -> bool:
    """Whether kind, namespace, name and uid are those of a target; empty ones say nothing."""
    version, kind = fields.get("apiVersion", ""), fields.get("kind", "")
    selector = parse_kind(f"{version}/{kind}" if version else kind)
    if not selector.matches(gvk_of(resource), selector.subresource):
        return False
    metadata = resource.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    actual = {"namespace": namespace_of(resource), "name": text_of(metadata, "name"), "uid": text_of(metadata, "uid")}
    return all(not fields.get(name) or matches(fields[name], text) for name, text in actual.items())


def _shown(resource: Resource) -> str:
    """A resource as reports name it (spec 03 §9.2); the core group is empty."""
    group, version, kind = gvk_of(resource)
    metadata = resource.get("metadata")
    name = text_of(metadata, "name") if isinstance(metadata, dict) else ""
    namespace = namespace_of(resource)
    return f"{group}/{version}, Kind={kind} Name={name}" + (f" Namespace={namespace}" if namespace else "")


def _is_selected(resource: Resource, selector: Any) -> bool:
    if not isinstance(selector, dict):
        return True
    metadata = resource.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(text, str) for pair in labels.items() for text in pair):
        labels = {}  # as in matching, where labels that are no texts count as none
    try:
        return selects(selector, labels)
    except SelectorError:
        return False


class MutationOfTargets:
    """One such rule for one kind of trigger."""

    __slots__ = ("_matches", "parts")

    def __init__(self, parts: TargetParts, matches: Test) -> None:
        self.parts = parts
        self._matches = matches

    def decide(self, trigger: Request, resources: Sequence[Resource]) -> Iterator[Result]:
        """A result for each target, with the target before and, where it was changed, after."""
        if not trigger.subject or not self._matches(trigger):
            return
        evaluation = Evaluation(self.parts, trigger)
        try:
            judgement = evaluation.unmet() or evaluation.excepted()
        except (LimitExceeded, RecursionError) as error:
            judgement = too_much(error)
        if judgement is not None:
            result = RuleResult(self.parts.info, judgement[0], judgement[1], trigger, self)
            yield (result.with_exceptions(evaluation.exceptions) if evaluation.exceptions else result), None, None
            return
        chosen: list[tuple[TargetSelector, Resource]] = []
        errors = []
        for selector in self.parts.targets:
            try:
                chosen += [(selector, target) for target in selector.selected(evaluation, resources)]
            except ExpressionError as error:  # noqa: PERF203  the other targets are still changed
                errors.append(str(error))
            except (LimitExceeded, RecursionError) as error:
                errors.append(str(too_much(error)[1]))
        if errors:
            # Upstream: the prefix of this message is empty.
            yield RuleResult(self.parts.info, Status.ERROR, f": {'; '.join(errors)}", trigger, self), None, None
        yield from self._changes(chosen, evaluation)

    def _changes(self, chosen: Sequence[tuple[TargetSelector, Resource]], evaluation: Evaluation) -> Iterator[Result]:
        """A result for each target; one that several selectors mean is changed by each in turn."""
        now: dict[int, Resource] = {}
        for selector, found in chosen:
            target = now.get(id(found), found)
            change = self._change(selector, evaluation, target)
            passed = change.status is Status.PASS
            message = success(change.resource) if passed else change.message
            rule = RuleOfTarget(self.parts, change.status, message, target)
            result = RuleResult(self.parts.info, change.status, message, evaluation.request, rule)
            if passed:
                result = result.with_properties({"patched-target": _shown(change.resource)})
            now[id(found)] = change.resource
            yield result, target, change.resource if passed else None

    def _change(self, selector: TargetSelector, evaluation: Evaluation, target: Resource) -> Change:
        """One target, in a scope of its own."""
        context = evaluation.context
        context.checkpoint()
        try:
            context.set_target(target)
            selector.entries.declare(context)
            judgement = unmet(selector.preconditions, context)
            if judgement is not None:
                return Change(judgement[0], str(judgement[1]), target)
            return self.parts.change(target, context)
        except ExpressionError as error:
            return Change(Status.ERROR, f"failed to load context: {error}", target)
        except (LimitExceeded, RecursionError) as error:
            status, message = too_much(error)
            return Change(status, str(message), target)
        finally:
            context.restore()

    def explain(self, request: Request) -> Explanation:
        """Why the rule has nothing to say about targets of a trigger."""
        found = next(self.decide(request, ()), None)
        return self.parts.explain(request, found[0] if found else None)


class RuleOfTarget:
    """The rule as a result about one target knows it."""

    __slots__ = ("_message", "_parts", "_status", "_target")

    def __init__(self, parts: TargetParts, status: Status, message: str, target: Resource) -> None:
        self._parts, self._status, self._message, self._target = parts, status, message, target

    def explain(self, request: Request) -> Explanation:
        """Why the trigger matches, and what became of the target."""
        result = RuleResult(self._parts.info, self._status, self._message, request.subject)
        explained = self._parts.explain(request, result)
        target = Explanation(self._status, title=f"target {ResourceRef.of(self._target)}")
        return replace(explained, children=(*explained.children, target))
