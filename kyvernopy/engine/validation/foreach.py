"""`foreach`: the same check for each element of a list (spec 03 §5.7).

Every element sees the context as it was before the first, with `element` and `elementIndex` of its own. The first
element that does not pass decides and ends the loop; where nothing was there to check, there is no result at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.rule_context import ContextEntries, compile_preconditions, explain_conditions, unmet
from kyvernopy.engine.validation.judgement import text_of
from kyvernopy.errors import ExpressionError
from kyvernopy.explanations import Explanation, ends
from kyvernopy.golang.text import type_name
from kyvernopy.jmespath.values import OpaqueInt
from kyvernopy.results import Status
from kyvernopy.variables.context import is_absent
from kyvernopy.variables.entries.variable import known_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.engine.validation.judgement import Check, Judgement
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.patterns.pattern import Pattern
    from kyvernopy.policies.model import ForEach

__all__ = ["ForEachCheck", "Loop"]

PASSED: Judgement = (Status.PASS, "rule passed")
UNREADABLE = "failed to evaluate preconditions"


class ForEachCheck:
    """The entries of one `foreach`, in order."""

    reads_context = True

    def __init__(self, loops: Sequence[Loop]) -> None:
        self._loops = loops

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """The first judgement that is no pass; otherwise a pass, if anything was checked."""
        assert context is not None  # noqa: S101  reads_context
        checked, list_error = 0, ""
        for loop in self._loops:
            try:
                elements = context.elements(loop.query)
            except ExpressionError as error:
                if not is_absent(error):  # what is not there has no elements
                    list_error = error.message
                continue
            passes, judgement = loop.judge(elements, seen, context)
            if judgement is not None:
                return judgement
            checked += passes
        if checked:
            return PASSED
        return (Status.ERROR, f"failed to evaluate list: {list_error}") if list_error else None

    def fixed(self, context: RuleContext | None) -> Check:  # noqa: ARG002  see Check
        """Upstream: a foreach is evaluated afresh, with all its patterns."""
        return self

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:
        """Every list with its elements, up to the one that decided."""
        assert context is not None  # noqa: S101  reads_context
        judgement = self.judge(seen, context.fork())
        children: list[Explanation] = []
        for loop in self._loops:
            children.append(loop.explain(seen, context))
            if children[-1].children and children[-1].outcome in (Status.FAIL, Status.ERROR):
                break
        status = judgement[0] if judgement else ""
        return Explanation(status, title="foreach", children=tuple(children))

    def patterns(self) -> list[Pattern]:
        """The patterns of all entries."""
        return [pattern for loop in self._loops for pattern in loop.patterns()]


class Loop:
    """One entry: a list, and what is checked for each of its elements."""

    def __init__(self, entry: ForEach, check: Check | None, nesting: int, dialect: Dialect, namespace: str) -> None:
        self._list = entry.list
        self.query = known_query(entry.list, dialect) or entry.list
        self._wanted = entry.element_scope
        self._entries = ContextEntries(entry.context, dialect, namespace)
        self._preconditions = compile_preconditions(entry.preconditions, dialect)
        self._may_skip = bool(self._entries) or self._preconditions is not None
        self._check = check
        self._nesting = nesting

    def judge(self, elements: list[Any], seen: Any, context: RuleContext) -> tuple[int, Judgement | None]:
        """How many elements passed, and the judgement of the one that did not."""
        passes = 0
        context.checkpoint()
        for index, element in enumerate(elements):
            if element is None:
                continue
            context.reset()
            judgement = self._judge_element(element, index, seen, context)
            if judgement is None or judgement[0] is Status.SKIP:
                continue
            if judgement[0] is Status.PASS:
                passes += 1
                continue
            if judgement[0] is Status.FAIL:
                return passes, judgement  # the context stays as it is, for the message
            text = text_of(judgement[1])
            # Upstream: preconditions that cannot be evaluated skip the element, wherever the words come from.
            if UNREADABLE not in text:
                context.restore()
                return passes, (judgement[0], text)
        context.restore()
        return passes, None

    def _judge_element(self, element: Any, index: int, seen: Any, context: RuleContext) -> Judgement | None:
        """One element, which patterns see if it is a map, unless the entry wants otherwise."""
        is_map = isinstance(element, dict)
        if self._wanted and not is_map:
            problem = "cannot use elementScope=true foreach rules for elements that are not maps"
            return Status.ERROR, f"failed to process foreach: {problem}, expected type=map got type={_type_of(element)}"
        context.add_element(element, index, self._nesting)
        judgement = self._unmet(context) if self._may_skip else None
        if judgement is None and self._check is not None:
            # An outer element stays in sight where the inner one is not.
            judgement = self._check.judge(element if is_map and self._wanted is not False else seen, context)
        if judgement is None or judgement[0] is Status.PASS or judgement[0] is Status.SKIP:
            return judgement
        status, message = judgement
        return status, lambda: f"validation failure: {text_of(message)}"

    def _unmet(self, context: RuleContext) -> Judgement | None:
        """Why an element is left out."""
        try:
            self._entries.declare(context)
        except ExpressionError as error:
            return Status.ERROR, f"failed to load context: {error}"
        return unmet(self._preconditions, context)

    def explain(self, seen: Any, context: RuleContext) -> Explanation:
        """The elements up to the first that does not pass, each with what was checked for it."""
        title = f"list {self._list}"
        try:
            elements = context.elements(self.query)
        except ExpressionError as error:
            return Explanation("" if is_absent(error) else "error", title=title, message=error.message)
        context.checkpoint()
        outcomes: set[str] = set()
        children = ends(self._explain_elements(elements, seen, context, outcomes))
        context.restore()
        outcome = next((one for one in (Status.FAIL, Status.ERROR, Status.PASS) if one in outcomes), "")
        many = f"{len(elements)} element{'' if len(elements) == 1 else 's'}"
        return Explanation(outcome, title=f"{title}: {many}", children=children)

    def _explain_elements(
        self, elements: list[Any], seen: Any, context: RuleContext, outcomes: set[str]
    ) -> Iterator[Explanation]:
        for index, element in enumerate(elements):
            if element is None:
                continue
            context.reset()
            judgement = self._judge_element(element, index, seen, context.fork())
            context.add_element(element, index, self._nesting)
            status = judgement[0] if judgement else ""
            message = text_of(judgement[1]) if judgement and judgement[0] is not Status.PASS else ""
            below = self._explain_body(element, seen, context)
            yield Explanation(status, title=f"element {index}{_name(element)}", message=message, children=below)
            if UNREADABLE not in message:
                outcomes.add(status)
                if status in (Status.FAIL, Status.ERROR):
                    return

    def _explain_body(self, element: Any, seen: Any, context: RuleContext) -> tuple[Explanation, ...]:
        is_map = isinstance(element, dict)
        if self._wanted and not is_map:
            return ()
        unmet = self._unmet(context)  # before anything else: it declares the context entries
        steps = explain_conditions("preconditions", self._preconditions, context)
        if unmet is None and self._check is not None:
            shown = element if is_map and self._wanted is not False else seen
            steps = (*steps, self._check.explain(shown, context))
        return (*self._entries.explain(context), *steps)

    def patterns(self) -> list[Pattern]:
        """The patterns that are asked about each element."""
        return self._check.patterns() if self._check else []


def _type_of(element: Any) -> str:
    """Numbers that expressions give are doubles, but for opaque ones (spec 02 §1)."""
    if isinstance(element, OpaqueInt):
        return type_name(int(element))
    is_number = isinstance(element, int) and not isinstance(element, bool)
    return type_name(float(element) if is_number else element)


def _name(element: Any) -> str:
    """The name of an element, which people know better than its index."""
    name = element.get("name") if isinstance(element, dict) else None
    return f" ({name})" if isinstance(name, str) else ""
