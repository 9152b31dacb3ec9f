"""The choice of what a validate rule checks: deny, patterns or foreach, the first that is there (spec 03 §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.engine.validation.judgement import Fixed
from kyvernopy.engine.validation.messages import Messages
from kyvernopy.engine.validation.patterns import compile_any_pattern, compile_pattern_check
from kyvernopy.errors import KyvernopyError
from kyvernopy.results import Status

if TYPE_CHECKING:
    from kyvernopy.engine.validation.judgement import Check
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.model import ForEach, Policy, Rule, Validate

__all__ = ["compile_validate"]


def compile_validate(policy: Policy, rule: Rule, dialect: Dialect) -> Check | None:
    """What a rule checks; None if it says nothing about resources. What cannot be compiled is an error of the rule."""
    validate = rule.validate
    if validate is None:
        return None
    reason = not_built_yet(policy, rule)
    if reason:
        return Fixed((Status.ERROR, reason))
    compiler = Compiler(f"{policy.key}/{rule.name}", Messages(rule.name, validate.message, dialect), dialect, policy)
    try:
        return compiler.compile(validate, 0)
    except KyvernopyError as error:
        return Fixed((Status.ERROR, str(error)))


class Compiler:
    """Compiles the checks of one rule, which share its messages."""

    def __init__(self, name: str, messages: Messages, dialect: Dialect, policy: Policy) -> None:
        self._name = name
        self._messages = messages
        self._dialect = dialect
        self._namespace = policy.confined_to

    def compile(self, block: Validate | ForEach, nesting: int) -> Check | None:
        """The check of a rule or of an entry of a foreach."""
        if block.deny is not None:
            from kyvernopy.engine.validation.deny import DenyCheck  # noqa: PLC0415  patterns do without conditions

            return DenyCheck(block.deny, self._messages, self._dialect)
        if block.pattern is not None:
            return compile_pattern_check(block.pattern, self._name, self._messages, self._dialect)
        if block.any_pattern is not None:
            return compile_any_pattern(block.any_pattern, self._name, self._messages, self._dialect)
        if not block.foreach:
            return None
        from kyvernopy.engine.validation.foreach import ForEachCheck, Loop  # noqa: PLC0415  as above

        return ForEachCheck(
            [
                Loop(entry, self.compile(entry, nesting + 1), nesting, self._dialect, self._namespace)
                for entry in block.foreach
            ]
        )


# --- What a later version evaluates ---


def not_built_yet(policy: Policy, rule: Rule) -> str:
    """Why a rule cannot be evaluated by this version; empty if it can."""
    validate = rule.validate
    webhook = policy.spec.webhook_configuration
    if validate is None:
        return ""
    parts = {
        "a policy with `matchConditions`": webhook is not None and webhook.match_conditions,
        "a rule with `celPreconditions`": rule.cel_preconditions,
        "`validate.manifests`": validate.manifests and validate.manifests.get("attestors"),
        "`validate.podSecurity`": validate.pod_security is not None,
        "`validate.cel`": validate.cel is not None,
    }
    missing = [name for name, there in parts.items() if there]
    return f"{missing[0]} is not supported by this version of kyvernopy" if missing else ""
