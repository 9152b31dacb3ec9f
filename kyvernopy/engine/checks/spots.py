"""Where a check looks, in Kyverno's notation and in ours, and the findings that it makes there.

Kyverno's texts name fields in its own way: `spec.rules[0].match.any[0].kinds` leaves out `resources`, and rules that
autogen made are counted although nobody wrote them. A finding keeps such a text to the letter and has the real field
as its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import Finding
from kyvernopy.policies.autogen import autogen_name, compute_rules
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.model import Policy, Rule

__all__ = ["Checked", "CheckedRule", "Spot", "checked_policy"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A field: `shown` as Kyverno writes it, `path` as it stands in the document."""

    shown: str
    path: str

    @classmethod
    def same(cls, path: str) -> Spot:
        """A field that Kyverno writes as we do."""
        return cls(path, path)

    def child(self, name: str, path: str = "") -> Spot:
        """A field within, which stands in the document under another name if `path` says so."""
        return Spot(f"{self.shown}.{name}", f"{self.path}.{path or name}")

    def item(self, index: int) -> Spot:
        """An item of a list."""
        return Spot(f"{self.shown}[{index}]", f"{self.path}[{index}]")

    def within(self, path: str) -> Spot:
        """A field within, of which Kyverno does not speak."""
        return Spot(self.shown, f"{self.path}.{path}")

    # --- Findings ---

    def error(self, code: str, message: str, advice: str, excerpt: str = "") -> Finding:
        """What Kyverno refuses."""
        return Finding(code, "error", message, Place(path=self.path), advice, excerpt)

    def warning(self, code: str, message: str, advice: str, excerpt: str = "") -> Finding:
        """What Kyverno warns of, or lets pass although it cannot work."""
        return Finding(code, "warning", message, Place(path=self.path), advice, excerpt)

    # --- Field errors of Kubernetes (spec 03 §14.1) ---

    def forbidden(self, code: str, text: str, advice: str) -> Finding:
        """The field must not be there."""
        return self.error(code, f"{self.shown}: Forbidden: {text}", advice)

    def invalid(self, code: str, value: Any, text: str, advice: str) -> Finding:
        """The field has a wrong value."""
        return self.error(code, f"{self.shown}: Invalid value: {_show(value)}: {text}", advice)

    def required(self, code: str, text: str, advice: str) -> Finding:
        """The field must be there."""
        return self.error(code, f"{self.shown}: Required value{': ' if text else ''}{text}", advice)


def _show(value: Any) -> str:
    """A value within a field error; objects are left out, as upstream prints structures of Go for them."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value) if isinstance(value, int) else "{...}"


# --- What is checked ---


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule after autogen, also as plain data: where Kyverno counts it, and the number of the written rule behind it."""

    rule: Rule
    at: Spot
    origin: int
    is_made: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy with its rules after autogen, the kinds that are known to have no namespaces, and the dialect."""

    policy: Policy
    rules: tuple[CheckedRule, ...]
    cluster_kinds: Collection[str]
    dialect: Dialect

    @property
    def forbidden_kinds(self) -> Collection[str] | None:
        """Kinds that the rules may not name; None if that is no question."""
        return self.cluster_kinds if self.policy.is_namespaced else None


def checked_policy(policy: Policy, cluster_kinds: Collection[str], dialect: Dialect) -> Checked:
    """What the checks look at."""
    rules = (_checked_rule(policy, rule, index) for index, rule in enumerate(compute_rules(policy)))
    return Checked(policy, tuple(rules), cluster_kinds, dialect)


def _checked_rule(policy: Policy, rule: Rule, index: int) -> CheckedRule:
    written = policy.spec.rules
    origin = next((number for number, one in enumerate(written) if one is rule), None)
    is_made = origin is None
    if origin is None:
        origin = next((number for number, one in enumerate(written) if rule.name in _made_names(one.name)), 0)
    at = Spot(f"spec.rules[{index}]", f"spec.rules[{origin}]")
    return CheckedRule(rule, at, origin, is_made, rule.to_dict())


def _made_names(name: str) -> tuple[str, ...]:
    return autogen_name("autogen", name), autogen_name("autogen-cronjob", name)
