"""The context that one rule is evaluated in: the request, the images of the resource, and what the rule declares.

It is made anew for each rule that reads it, from parts that are shared: nothing is copied, and what no expression
mentions is never loaded. Since nobody else uses it, a message may be filled in long after the rule was decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.explanations import Explanation
from kyvernopy.results import Status
from kyvernopy.variables.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kyvernopy.engine.conditions import CompiledConditions
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.settings import Settings
    from kyvernopy.engine.validation.judgement import Judgement
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.policies.model import Condition, Conditions, ContextEntry

__all__ = ["ContextEntries", "RuleContext", "compile_preconditions", "explain_conditions", "unmet"]


class RuleContext(Context):
    """A context with the elements that the foreach loops of its rule may still visit."""

    __slots__ = ("_elements", "_images", "_request")

    def __init__(self, request: Request, settings: Settings, *, mentions_images: bool) -> None:
        super().__init__(
            settings.dialect, request.facts, operation=request.operation, context_size=settings.context_size
        )
        self._elements = 0
        self._request = request
        self._images = settings.images
        if mentions_images:
            self.defer(settings.images, request.load_images)

    def _compile(self, text: str) -> Expression:
        """Expressions that only come out of a substitution may mention images where the rule itself does not."""
        if "images" in text and "images" not in self.data:
            self.defer(self._images, self._request.load_images)
            self.load_mentioned(text)
        return super()._compile(text)

    def elements(self, expression: Expression | str) -> list[Any]:
        """What a loop visits: the elements of a list; what is no list counts as its only element.

        Raises ExpressionError, and LimitExceeded where nested loops multiply the elements beyond reason.
        """
        found = self.query(expression)
        elements = found if isinstance(found, list) else [found]
        self._elements += len(elements)
        bound = self.dialect.limits.foreach_elements
        if self._elements > bound:
            raise LimitExceeded("foreach_elements", self._elements, bound)
        return elements

    def add_values(self, values: Mapping[str, Any]) -> None:
        """Add the values that stand in for context entries of the rule, by their dotted names."""
        for name, value in values.items():
            self.add_variable(name, value)

    def fork(self) -> RuleContext:
        """A context of its own that begins as this one is now; the values that were fetched are shared."""
        other = RuleContext.__new__(RuleContext)
        Context.__init__(other, self.dialect, self.data, operation=self._operation, context_size=self._limit)
        other._continue(self)  # noqa: SLF001  another one of the same class
        other._elements, other._images, other._request = self._elements, self._images, self._request  # noqa: SLF001
        return other

    def about_old(self) -> RuleContext:
        """The same context for the old object, as if it were being created (spec 03 §5.6)."""
        other = self.fork()
        other.set_operation("CREATE")
        request = dict(other.data["request"])
        request["object"] = request.pop("oldObject", None)
        other.data["request"] = request
        return other


class ContextEntries:
    """The entries that a rule or a foreach declares, compiled; `namespace` is that of a namespaced policy."""

    __slots__ = ("_entries", "_problem")

    def __init__(self, entries: Sequence[ContextEntry], dialect: Dialect, namespace: str) -> None:
        self._entries = []
        self._problem = ""
        for entry in entries:
            kind, spec = entry.source
            if spec is None:
                self._problem = f"failed to create deferred loader for context entry {entry.name}"
                break
            from kyvernopy.variables.entries import compile_entry  # noqa: PLC0415  most rules declare none

            compiled = compile_entry(entry.name, kind, spec, dialect, namespace)
            if compiled is not None:
                self._entries.append(compiled)

    def __bool__(self) -> bool:
        return bool(self._entries or self._problem)

    def declare(self, context: RuleContext) -> None:
        """Make the entries known; they are loaded when first mentioned. Raises ExpressionError for one without a kind."""
        if self._entries:
            context.declare(self._entries)
        if self._problem:
            raise ExpressionError(self._problem)

    def explain(self, context: RuleContext) -> Iterator[Explanation]:
        """The entries that were loaded, with their values, and those that had nobody to load them."""
        for entry in self._entries:
            title = f"context entry {entry.name}"
            if entry.name in context.data:
                yield Explanation("", title=title, found=context.data[entry.name])
            elif entry.unavailable:
                yield Explanation("", title=f"{title} ({entry.kind}) could not be loaded", message=entry.unavailable)


def compile_preconditions(
    conditions: Conditions | tuple[Condition, ...] | None, dialect: Dialect
) -> CompiledConditions | None:
    """Conditions, compiled; rules without any do not import them."""
    if conditions is None:
        return None
    from kyvernopy.engine.conditions import compile_conditions  # noqa: PLC0415  see above

    return compile_conditions(conditions, dialect)


def unmet(preconditions: CompiledConditions | None, context: RuleContext) -> Judgement | None:
    """Why preconditions say that there is nothing to check; None if they hold (spec 03 §5.4)."""
    if preconditions is None:
        return None
    try:
        met, message = preconditions.holds(context)
    except ExpressionError as error:
        return Status.ERROR, f"failed to evaluate preconditions: {error}"
    if met:
        return None
    return Status.SKIP, f"preconditions not met; {message}" if message else "preconditions not met"


def explain_conditions(
    title: str, conditions: CompiledConditions | None, context: RuleContext
) -> tuple[Explanation, ...]:
    """Conditions with the values that they see now; nothing where there are none."""
    if conditions is None:
        return ()
    children = tuple(conditions.explain(context))
    outcomes = [child.outcome for child in children]
    outcome = next((one for one in ("error", "false") if one in outcomes), "true")
    return (Explanation(outcome, title=title, children=children),)
