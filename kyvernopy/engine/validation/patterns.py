"""`pattern` and `anyPattern` (spec 01 §8, spec 03 §5.5).

A pattern without variables is compiled once. One with variables is compiled for each set of values that they give, and
the last of these are kept. The message of anything but a pass is a function, called only if somebody reads it.
Upstream: of what is being deleted there is no resource to compare with patterns, so there is nothing to say.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.kept import KeptByValues
from kyvernopy.engine.validation.judgement import NOTHING_TO_COMPARE, Fixed
from kyvernopy.errors import ExpressionError, PolicyError
from kyvernopy.explanations import Explanation
from kyvernopy.jmespath.values import plain
from kyvernopy.patterns.holes import fill
from kyvernopy.patterns.parse import Parser
from kyvernopy.patterns.pattern import Pattern
from kyvernopy.results import Outcome, Status
from kyvernopy.variables.template import Part, compile_template, put_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kyvernopy.engine.rule_context import RuleContext
    from kyvernopy.engine.validation.judgement import Check, Judgement
    from kyvernopy.engine.validation.messages import Messages
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.limits import Limits
    from kyvernopy.patterns.nodes import Node
    from kyvernopy.variables.template import Template

__all__ = ["compile_any_pattern", "compile_pattern_check"]

STATUSES = {Outcome.FAIL: Status.FAIL, Outcome.SKIP: Status.SKIP, Outcome.ERROR: Status.ERROR}

# Messages are made when read; this one is for a resource that was changed before anybody did.
CHANGED = "the resource was changed after it was judged, and matches now"


def compile_pattern_check(pattern: Any, name: str, messages: Messages, dialect: Dialect) -> Check:
    """The check of one pattern; its variables are filled in late."""
    template = compile_template(pattern, dialect)
    if template.is_constant:
        return PatternCheck(Pattern(Parser(dialect.limits).parse(template.outline), name), messages)
    late = LateTree(template.outline, dialect.limits)
    return FilledIn(template, lambda values: PatternCheck(Pattern(late.filled(values), name), messages))


def compile_any_pattern(patterns: Any, name: str, messages: Messages, dialect: Dialect) -> Check:
    """The check of a list of patterns, of which one has to match."""
    template = compile_template(patterns, dialect)
    outline, limits = template.outline, dialect.limits

    def listed(trees: Sequence[LateTree], values: Sequence[Any]) -> Check:
        floats = [_as_floats(value) for value in values]
        return AnyPatternCheck([Pattern(tree.filled(floats), f"{name}[{i}]") for i, tree in enumerate(trees)], messages)

    def whole(values: Sequence[Any]) -> Check:
        entries = put_together(outline, values)
        if not isinstance(entries, list):
            return NoList(_no_list(entries))
        return listed([LateTree(_as_floats(entry), limits) for entry in entries], ())

    if not isinstance(outline, list):
        return whole(()) if template.is_constant else FilledIn(template, whole)
    trees = [LateTree(_as_floats(entry), limits) for entry in outline]
    return listed(trees, ()) if template.is_constant else FilledIn(template, partial(listed, trees))


# --- Variables ---


class LateTree:
    """The tree of a pattern with a hole for each part that holds variables; what is constant is parsed once."""

    def __init__(self, outline: Any, limits: Limits) -> None:
        parser = Parser(limits, lambda part: isinstance(part, Part))
        self._tree = parser.parse(outline)
        self._holes = parser.holes
        self._limits = limits

    def filled(self, values: Sequence[Any]) -> Node:
        """The tree for the values of the parts of the whole template."""
        return fill(self._tree, [put_together(hole.raw, values) for hole in self._holes], self._limits)


class FilledIn:
    """Patterns with variables: filled in from the context, then checked."""

    reads_context = True

    def __init__(self, template: Template, compiled: Callable[[Sequence[Any]], Check]) -> None:
        self._template = template
        self._compiled = compiled
        self._kept: KeptByValues[Check] = KeptByValues()

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """Upstream: variables are looked up even where there is nothing to compare with."""
        return self.fixed(context).judge(seen, context)

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:
        """As the filled pattern says."""
        return self.fixed(context).explain(seen, context)

    def fixed(self, context: RuleContext | None) -> Check:
        """The check for the values that the variables have now; one that they cannot be looked up is an error."""
        assert context is not None  # noqa: S101  reads_context
        try:
            values = [plain(value) for value in self._template.fill_parts(context)]
            return self._kept.of(values, lambda: self._compiled(values))
        except (ExpressionError, PolicyError, ValueError) as error:  # also of values that are not of JSON
            return Fixed((Status.ERROR, f"variable substitution failed: {error}"))

    def patterns(self) -> list[Pattern]:
        """None that are there beforehand."""
        return []


# --- pattern (spec 01 §8.2) ---


class PatternCheck:
    """One pattern without variables."""

    def __init__(self, pattern: Pattern, messages: Messages) -> None:
        self._pattern = pattern
        self._messages = messages
        self._passed = messages.passed
        self.reads_context = messages.reads_context

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """Pass, or the outcome with its message."""
        pattern = self._pattern
        if seen is None:
            return None
        if pattern.passes(seen):
            return self._passed
        return STATUSES[pattern.outcome(seen)], lambda: self._message(seen, context)

    def _message(self, seen: Any, context: RuleContext | None) -> str:
        outcome, error = self._pattern.find(seen)
        if error is None:
            return CHANGED
        if outcome is Outcome.SKIP:
            return error.message
        place = f"failed at path {error.path}" if outcome is Outcome.FAIL else f"execution error: {error.message}"
        return self._messages.failure(f"rule {self._messages.rule} {place}", error.message, context)

    def fixed(self, context: RuleContext | None) -> Check:  # noqa: ARG002  see Check
        """Nothing to fill in."""
        return self

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:  # noqa: ARG002  see Check
        """The part of the pattern that decided."""
        return NOTHING_TO_COMPARE if seen is None else _explain("pattern", self._pattern, seen)

    def patterns(self) -> list[Pattern]:
        """The pattern."""
        return [self._pattern]


# --- anyPattern (spec 01 §8.3) ---


class AnyPatternCheck:
    """Patterns of which one has to match."""

    def __init__(self, patterns: list[Pattern], messages: Messages) -> None:
        rule = messages.rule
        self._messages = messages
        self._patterns = patterns
        self._passed: list[tuple[Pattern, Judgement]] = [
            (pattern, (Status.PASS, f"validation rule '{rule}' anyPattern[{index}] passed."))
            for index, pattern in enumerate(patterns)
        ]
        self.reads_context = messages.reads_context

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """The first pattern that passes, or all that do not. Upstream: an empty list passes, with the rule's message."""
        if seen is None:
            return None
        for pattern, judgement in self._passed:
            if pattern.passes(seen):
                return judgement
        if not self._patterns:
            return Status.PASS, self._messages.message
        skipped = all(pattern.can_skip and pattern.outcome(seen) is Outcome.SKIP for pattern in self._patterns)
        return Status.SKIP if skipped else Status.FAIL, lambda: self._message(seen, context)

    def _message(self, seen: Any, context: RuleContext | None) -> str:
        """One failure is enough to leave the skips out."""
        rule = self._messages.rule
        skips, failures = [], []
        for index, pattern in enumerate(self._patterns):
            outcome, error = pattern.find(seen)
            if error is None:
                return CHANGED
            if outcome is Outcome.FAIL:
                failures.append(f"rule {rule}[{index}] failed at path {error.path}")
            elif outcome is Outcome.SKIP:
                skips.append(f"rule {rule}[{index}] skipped: {error.message}")
            else:
                failures.append(f"rule {rule}[{index}] failed: {error.message}")
        texts = " ".join(failures)
        return self._messages.failure(texts, texts, context) if failures else " ".join(skips)

    def fixed(self, context: RuleContext | None) -> Check:  # noqa: ARG002  see Check
        """Nothing to fill in."""
        return self

    def explain(self, seen: Any, context: RuleContext | None) -> Explanation:
        """Every pattern up to the first that passes."""
        judgement = self.judge(seen, context)
        if judgement is None:
            return NOTHING_TO_COMPARE
        tried = []
        for index, pattern in enumerate(self._patterns):
            tried.append(_explain(f"anyPattern[{index}]", pattern, seen))
            if tried[-1].outcome is Outcome.PASS:
                break
        return Explanation(judgement[0], title="anyPattern", children=tuple(tried))

    def patterns(self) -> list[Pattern]:
        """The patterns."""
        return self._patterns


def _explain(name: str, pattern: Pattern, seen: Any) -> Explanation:
    """Why a pattern matches or not, under its name; an anchor that decided has one of its own."""
    explained = pattern.explain(seen)
    return replace(explained, title=f"{name}: {explained.title}" if explained.title else name)


class NoList(Fixed):
    """What should be a list of patterns and is none."""

    def judge(self, seen: Any, context: RuleContext | None) -> Judgement | None:
        """The error, unless there is nothing to compare with."""
        return None if seen is None else super().judge(seen, context)


def _no_list(value: Any) -> Judgement:
    kinds: dict[type, str] = {dict: "object", str: "string", bool: "bool"}
    cause = f"json: cannot unmarshal {kinds.get(type(value), 'number')} into Go value of type []interface {{}}"
    return Status.ERROR, f"failed to deserialize anyPattern, expected type array: {cause}"


def _as_floats(pattern: Any) -> Any:
    """Upstream reads the list once more with a decoder that knows floats only (spec 01 §1.1)."""
    if isinstance(pattern, dict):
        return {key: _as_floats(value) for key, value in pattern.items()}
    if isinstance(pattern, list):
        return [_as_floats(item) for item in pattern]
    return float(pattern) if isinstance(pattern, int) and not isinstance(pattern, bool) else pattern
