"""match and exclude: whether a rule is for a resource (spec 03 §3).

A filter is read once into criteria: a test of the request, and the words that say so when it does not hold. Kinds are
special: they are decided when the index is asked for a kind for the first time, so that of the most common filter,
kinds alone, nothing is left to do for each resource. `reasons` walks the same criteria and says which did not hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.engine.criteria import Criterion, Test, always, description_criteria, never, user_criteria
from kyvernopy.explanations import Explanation
from kyvernopy.kubernetes.kinds import KindSelector, parse_kind
from kyvernopy.kubernetes.selectors import SelectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.engine.request import Request
    from kyvernopy.policies.model import MatchBlock, ResourceFilter, Rule

__all__ = ["GVK", "Matcher", "Test", "always", "never"]

GVK: TypeAlias = "tuple[str, str, str]"


class Matcher:
    """The match and exclude blocks of one rule, ready to be asked.

    `policy_namespace` is that of a namespaced policy, whose rules are for resources of that namespace only.
    """

    def __init__(self, rule: Rule, policy_namespace: str = "") -> None:
        self._policy_namespace = policy_namespace
        self._match = [Filter(one, exclude=False) for one in _filters(rule.match)]
        self._any = bool(rule.match.any)
        self._block = "any" if rule.match.any else "all" if rule.match.all else ""
        exclude = rule.exclude
        self._exclude = [Filter(one, exclude=True) for one in _filters(exclude)] if exclude else []
        self._exclude_any = bool(exclude and exclude.any)
        self._exclude_block = "any" if exclude and exclude.any else "all" if exclude and exclude.all else ""

    def for_kind(self, gvk: GVK, subresource: str) -> Test:
        """What is left to be tested once the kind is known; `always` or `never` where that is nothing."""
        matches = [one.for_kind(gvk, subresource) for one in self._match]
        test = any_of(matches) if self._any else all_of(matches)
        if test is not never and self._exclude:
            excludes = [one.for_kind(gvk, subresource) for one in self._exclude]
            test = all_of([test, not_(any_of(excludes) if self._exclude_any else all_of(excludes))])
        return test

    def reasons(self, request: Request) -> list[str]:
        """Why the rule is not for a resource; nothing if it is."""
        if not request.subject:
            return ["resource is empty"]
        if self._policy_namespace not in ("", request.namespace):
            return ["policy and resource namespaces mismatch"]
        found = [one.reasons(request) for one in self._match]
        if self._any:
            failures = [] if not all(found) else ["no resource matched"]
        else:
            failures = [reason for reasons in found for reason in reasons]
        return failures or self._exclusions(request)

    def explain(self, request: Request) -> Explanation:
        """Which filters match and which do not, with what each of them expected and found."""
        reasons = self.reasons(request)
        if not request.subject or self._policy_namespace not in ("", request.namespace):
            found = request.namespace if request.subject else None
            return Explanation("false", "", "\n".join(reasons), self._policy_namespace or None, found, title="match")
        filters = list(explain_filters(request, self._match, self._block or "resources"))
        left_out = self._exclude and not any(one.reasons(request) for one in self._match if not self._any)
        if left_out:
            filters += explain_filters(request, self._exclude, f"exclude {self._exclude_block}".rstrip())
        told = bool(left_out and reasons) or (self._any and len(self._match) > 1)
        message = "\n".join(reasons) if told else ""
        return Explanation("false" if reasons else "true", title="match", message=message, children=tuple(filters))

    def _exclusions(self, request: Request) -> list[str]:
        excluded = [not one.reasons(request) for one in self._exclude]
        if self._exclude and (any(excluded) if self._exclude_any else all(excluded)):
            return [_EXCLUDED[self._exclude_block]]
        return []


_EXCLUDED = {
    "any": "resource excluded since one of the criteria excluded it",
    "all": "resource excluded since the combination of all criteria exclude it",
    "": "resource excluded",
}


def explain_filters(request: Request, filters: list[Filter], block: str) -> Iterator[Explanation]:
    """Each filter of a block, with the reasons why it does not match."""
    for index, one in enumerate(filters):
        spot = f"{block}[{index}]" if block.endswith(("any", "all")) else block
        reasons = one.explain(request)
        yield Explanation(
            "false" if reasons else "true", title=f"{spot}: {one}" if str(one) else spot, children=reasons
        )


def _filters(block: MatchBlock) -> tuple[ResourceFilter, ...]:
    """`any` goes before `all`, and `all` before the legacy block."""
    return block.any or block.all or (block.legacy,)


class Filter:
    """One filter: a description of resources, and of users.

    Where nothing is known about the user, a filter of match leaves users out, and one of exclude excludes nobody. One of
    an exception is like that of exclude, but knows no operations and passes over a namespace selector where there are
    no labels of a namespace (spec 03 §3.7).
    """

    def __init__(self, wanted: ResourceFilter, *, exclude: bool, exception: bool = False) -> None:
        description = wanted.resources
        self._wanted = wanted
        self._exclude = exclude
        self._empty = description.is_empty
        self._kinds = Kinds(description.kinds)
        self._operations = frozenset(() if exception else description.operations)
        self._description = list(description_criteria(description, exception=exception))
        self._users = list(user_criteria(wanted))
        self._names_users = (wanted.roles, wanted.cluster_roles, wanted.subjects) != (None, None, None)

    def __str__(self) -> str:
        """What is asked for, field by field."""
        fields = self._wanted.resources.to_dict() | self._wanted.to_dict()
        return "; ".join(f"{name} {_words(value)}" for name, value in fields.items() if name != "resources")

    def for_kind(self, gvk: GVK, subresource: str) -> Test:
        """The test of everything but the kind."""
        if (self._empty and not self._names_users) or not self._kinds.include(gvk, subresource):
            return never
        operations = self._operations
        tests: list[Test] = [lambda request: request.operation in operations] if operations else []
        tests += [_quiet(criterion) for criterion in self._description]
        return all_of([*tests, self._user_test()])

    def _user_test(self) -> Test:
        users = all_of([criterion.holds for criterion in self._users])
        if self._exclude or not self._names_users:
            return users
        if self._empty:
            return lambda request: request.user.is_known and users(request)
        return lambda request: not request.user.is_known or users(request)

    def reasons(self, request: Request) -> list[str]:
        """Why the filter does not match: the operation alone, or all other reasons."""
        return [reason for criterion in self._criteria(request) for reason in criterion.failures(request)]

    def explain(self, request: Request) -> tuple[Explanation, ...]:
        """The reasons with what was expected and found; nothing if the filter matches."""
        return tuple(reason for criterion in self._criteria(request) for reason in criterion.explain(request))

    def _criteria(self, request: Request) -> list[Criterion]:
        """What a request is asked; only one criterion where that decides alone."""
        users = self._names_users and (self._exclude or request.user.is_known)
        if self._empty and not users:
            return [Criterion(never, "match cannot be empty")]
        if self._operations and request.operation not in self._operations:
            expected = sorted(self._operations)
            return [Criterion(never, "operation does not match", "", expected, lambda request: request.operation)]
        kinds = self._kinds
        kind = Criterion(
            lambda request: kinds.include(request.gvk, request.subresource), kinds.reason, "", kinds.texts, _kind_of
        )
        return [kind, *self._description, *(self._users if users else ())]


@dataclass(frozen=True)
class Kinds:
    """The kinds of a description; without any, all kinds."""

    texts: tuple[str, ...]
    selectors: tuple[KindSelector, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "selectors", tuple(map(parse_kind, self.texts)))

    def include(self, gvk: GVK, subresource: str) -> bool:
        """Whether some selector matches group, version, kind and subresource."""
        return not self.texts or any(selector.matches(gvk, subresource) for selector in self.selectors)

    @property
    def reason(self) -> str:
        """The words for a kind that is not included."""
        return f"kind does not match [{' '.join(self.texts)}]"


def _kind_of(request: Request) -> str:
    """The kind as a policy would write it."""
    parts = (*request.gvk, request.subresource)
    return "/".join(filter(None, parts))


def _words(value: Any) -> str:
    """A field of a filter in a line."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={_words(one)}" for key, one in value.items())
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)


# --- Tests of tests ---


def _quiet(criterion: Criterion) -> Test:
    """The test, for which a selector that makes no sense does not match."""
    holds = criterion.holds
    if not criterion.unreadable:
        return holds

    def test(request: Request) -> bool:
        try:
            return holds(request)
        except SelectorError:
            return False

    return test


def all_of(tests: list[Test]) -> Test:
    """The conjunction, without what always holds."""
    if never in tests:
        return never
    left = [test for test in tests if test is not always]
    if not left:
        return always
    return left[0] if len(left) == 1 else lambda request: all(test(request) for test in left)


def any_of(tests: list[Test]) -> Test:
    """The disjunction, without what never holds."""
    if always in tests:
        return always
    left = [test for test in tests if test is not never]
    if not left:
        return never
    return left[0] if len(left) == 1 else lambda request: any(test(request) for test in left)


def not_(test: Test) -> Test:
    """The opposite."""
    if test is always:
        return never
    return always if test is never else lambda request: not test(request)
