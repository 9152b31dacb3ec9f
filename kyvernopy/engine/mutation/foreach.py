"""`foreach` of a mutate rule: a patch for each element of a list (spec 04 §5).

Elements see the context as it was before the loop, while their patches add up in one resource. A strategic merge goes
from the last element to the first unless the rule says otherwise, because each one moves what it touches to the front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.mutation.change import UNCHANGED, Change, apply_patch, same
from kyvernopy.engine.mutation.patches import PatchSource
from kyvernopy.engine.rule_context import ContextEntries, compile_preconditions
from kyvernopy.errors import ExpressionError
from kyvernopy.results import Status
from kyvernopy.variables.entries.variable import known_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.model import MutateForEach

__all__ = ["ForEachPatch"]


class ForEachPatch:
    """The entries of one `foreach`, in order."""

    def __init__(self, entries: Sequence[MutateForEach], dialect: Dialect, namespace: str, nesting: int = 0) -> None:
        self._loops = [Loop(entry, dialect, namespace, nesting) for entry in entries]

    def apply(self, resource: dict[str, Any], context: RuleContext) -> Change:
        """The resource after all entries; each entry sees what those before it changed."""
        changed = 0
        for loop in self._loops:
            try:
                elements = context.elements(loop.query)
            except ExpressionError as error:
                # Upstream: the cause appears twice.
                message = f"failed to evaluate list {loop.list}: {error}: {error}"
                return Change(Status.ERROR, message, resource)
            change = loop.apply(elements, resource, context)
            if change.status is Status.ERROR:
                return Change(Status.ERROR, f"failed to mutate elements: {change.message}", resource)
            if change.status is Status.PASS:
                changed += 1
                resource = change.resource
                context.set_object(resource)
        if not changed:
            return Change(Status.SKIP, "0 elements processed", resource)
        return Change(Status.PASS, "", resource)


class Loop:
    """One entry: a list, and what is patched for each of its elements."""

    def __init__(self, entry: MutateForEach, dialect: Dialect, namespace: str, nesting: int) -> None:
        self.list = entry.list
        self.query = known_query(entry.list, dialect) or entry.list
        merges = entry.patch_strategic_merge is not None
        self._backwards = entry.order == "Descending" if entry.order else merges
        self._entries = ContextEntries(entry.context, dialect, namespace)
        self._preconditions = compile_preconditions(entry.preconditions, dialect)
        self._nesting = nesting
        self._nested = ForEachPatch(entry.foreach, dialect, namespace, nesting + 1) if entry.foreach else None
        document = {"patchStrategicMerge": entry.patch_strategic_merge} if merges else {}
        if entry.patches_json6902:
            document["patchesJson6902"] = entry.patches_json6902
        self._patch = PatchSource(document, (), dialect)

    def apply(self, elements: list[Any], resource: dict[str, Any], context: RuleContext) -> Change:
        """The resource after all elements, or the error of the one that failed."""
        patched = resource
        context.checkpoint()
        try:
            for index, element in self._in_order(elements):
                if element is None:
                    continue
                context.reset()
                change = self._apply_element(element, index, patched, context)
                if change.status is Status.ERROR:
                    return change
                patched = change.resource
        finally:
            context.restore()  # also after an error: the next target of the rule shares the context
        if same(patched, resource):
            return Change(Status.SKIP, UNCHANGED, resource)
        return Change(Status.PASS, "", patched)

    def _in_order(self, elements: list[Any]) -> Iterator[tuple[int, Any]]:
        numbered = list(enumerate(elements))
        return reversed(numbered) if self._backwards else iter(numbered)

    def _apply_element(self, element: Any, index: int, resource: dict[str, Any], context: RuleContext) -> Change:
        context.add_element(element, index, self._nesting)
        try:
            self._entries.declare(context)
        except ExpressionError as error:
            message = f"failed to load to mutate.foreach[{index}].context: {error}"
            return Change(Status.ERROR, message, resource)
        try:
            met = self._preconditions is None or self._preconditions.holds(context)[0]
        except ExpressionError as error:
            message = f"failed to evaluate mutate.foreach[{index}].preconditions: {error}"
            return Change(Status.ERROR, message, resource)
        if not met:
            return Change(Status.SKIP, "", resource)
        if self._nested is not None:
            return self._nested.apply(resource, context)
        return apply_patch(self._patch, resource, context)
