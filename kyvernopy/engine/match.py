"""match and exclude: whether a rule is for a resource (spec 03 §3).

A filter is read once into criteria: a test of the request, and the words that say so when it does not hold. Kinds are
special: they are decided when the index is asked for a kind for the first time, so that of the most common filter,
kinds alone, nothing is left to do for each resource. `reasons` walks the same criteria and says which did not hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.explanations import Explanation
from kyvernopy.kubernetes.kinds import KindSelector, parse_kind
from kyvernopy.kubernetes.selectors import SelectorError, compile_selector
from kyvernopy.kubernetes.wildcards import compile_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kyvernopy.engine.request import Request
    from kyvernopy.policies.model import MatchBlock, ResourceDescription, ResourceFilter, Rule, Subject

__all__ = ["GVK", "Matcher", "Test", "always", "never"]

GVK: TypeAlias = "tuple[str, str, str]"
Test: TypeAlias = "Callable[[Request], bool]"


def always(_request: Request) -> bool:
    """Hold for every request."""
    return True


def never(_request: Request) -> bool:
    """Hold for no request."""
    return False


@dataclass(frozen=True, slots=True)
class Criterion:
    """A test, and why a filter does not match where it fails; a selector may instead say what is wrong with itself."""

    holds: Test
    reason: str
    unreadable: str = ""
    expected: Any = None
    found: Callable[[Request], Any] | None = None

    def failures(self, request: Request) -> Iterator[str]:
        """The reason, unless the test holds."""
        try:
            if not self.holds(request):
                yield self.reason
        except SelectorError as error:
            yield f"{self.unreadable}: {error}"

    def explain(self, request: Request) -> Iterator[Explanation]:
        """The reason with what was expected and found, unless the test holds."""
        found = self.found(request) if self.found else None
        for reason in self.failures(request):
            yield Explanation("", title=reason, expected=self.expected, found=found)


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
        self._description = list(_description_criteria(description, exception=exception))
        self._users = list(_user_criteria(wanted))
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


# --- Criteria (the table of spec 03 §3.3, in its order) ---


def _description_criteria(description: ResourceDescription, *, exception: bool) -> Iterator[Criterion]:
    if description.name:
        wanted = compile_wildcard(description.name)
        yield Criterion(lambda request: wanted(request.name), "name does not match", "", description.name, _name_of)
    if description.names:
        names = _any_wildcard(description.names)
        expected = description.names
        yield Criterion(lambda request: names(request.name), "none of the names match", "", expected, _name_of)
    if description.namespaces:
        namespaces, expected = _any_wildcard(description.namespaces), description.namespaces
        test: Test = lambda request: namespaces(request.matched_namespace)  # noqa: E731  as the others
        yield Criterion(test, "namespace does not match", "", expected, lambda request: request.matched_namespace)
    if description.annotations:
        test, wrong = _annotations_test(description.annotations), "annotations does not match"
        yield Criterion(test, wrong, "", description.annotations, lambda request: dict(request.annotations))
    if description.selector is not None:
        select = _selector_test(description.selector)
        test, wrong = lambda request: select(request.labels), "selector does not match"
        unreadable = "failed to parse selector"
        yield Criterion(test, wrong, unreadable, description.selector, lambda request: dict(request.labels))
    if description.namespace_selector is not None:
        yield _exception_selector_criterion(description) if exception else _namespace_selector_criterion(description)


NAMESPACE_WORDS = ("namespace selector does not match labels", "failed to parse namespace selector")


def _selector_test(selector: Mapping[str, Any]) -> Callable[[Mapping[str, str]], bool]:
    """The test of a selector; one that makes no sense says so whenever it is asked, not before."""
    try:
        return compile_selector(selector)
    except SelectorError as error:
        message = str(error)

    def refuse(_labels: Mapping[str, str]) -> bool:
        raise SelectorError(message)

    return refuse


def _any_wildcard(texts: tuple[str, ...]) -> Callable[[str], bool]:
    tests = [compile_wildcard(text) for text in texts]
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def _annotations_test(wanted: Mapping[str, str]) -> Test:
    """Each expected pair needs an actual pair whose key and value both match (spec 03 §3.4)."""
    pairs = [(compile_wildcard(key), compile_wildcard(value)) for key, value in wanted.items()]

    def test(request: Request) -> bool:
        found = request.annotations.items()
        return all(any(key(name) and value(text) for name, text in found) for key, value in pairs)

    return test


def _namespace_selector_criterion(description: ResourceDescription) -> Criterion:
    """Never for a Namespace; a resource without a kind is tested only if `kinds` holds `*`."""
    select = _selector_test(description.namespace_selector or {})
    everything = "*" in description.kinds

    def holds(request: Request) -> bool:
        kind = request.kind
        if kind == "Namespace":
            return False
        return not (kind or everything) or select(request.namespace_labels)

    return NamespaceCriterion(holds, *NAMESPACE_WORDS, description.namespace_selector, _namespace_labels_of)


def _exception_selector_criterion(description: ResourceDescription) -> Criterion:
    """No question for a Namespace or for a resource without a kind."""
    select = _selector_test(description.namespace_selector or {})

    def holds(request: Request) -> bool:
        return request.kind in ("", "Namespace") or select(request.namespace_labels)

    return Criterion(holds, *NAMESPACE_WORDS, description.namespace_selector, _namespace_labels_of)


class NamespaceCriterion(Criterion):
    """The criterion with a reason of its own for Namespaces."""

    __slots__ = ()

    def failures(self, request: Request) -> Iterator[str]:
        """The reason, unless the test holds."""
        if request.kind == "Namespace":
            yield "namespace selector is not applicable for namespace resource"
        else:
            yield from Criterion.failures(self, request)


def _user_criteria(wanted: ResourceFilter) -> Iterator[Criterion]:
    """Roles, cluster roles and subjects must each be hit: upstream joins them with "and"."""
    words = "user info does not match {} for the given conditionBlock"
    if wanted.roles:
        roles = frozenset(wanted.roles)
        test: Test = lambda request: not roles.isdisjoint(request.user.roles)  # noqa: E731  as the others
        yield Criterion(test, words.format("roles"), "", wanted.roles, lambda request: request.user.roles)
    if wanted.cluster_roles:
        bound = frozenset(wanted.cluster_roles)
        test = lambda request: not bound.isdisjoint(request.user.cluster_roles)  # noqa: E731  as the others
        found: Callable[[Request], Any] = lambda request: request.user.cluster_roles  # noqa: E731  as the others
        yield Criterion(test, words.format("clustersRoles"), "", wanted.cluster_roles, found)
    if wanted.subjects:
        tests = [_subject_test(subject) for subject in wanted.subjects]
        expected = [subject.to_dict() for subject in wanted.subjects]
        found = lambda request: [request.user.username, *request.user.groups]  # noqa: E731  as the others
        yield Criterion(
            lambda request: any(test(request) for test in tests), words.format("subject"), "", expected, found
        )


def _subject_test(subject: Subject) -> Test:
    """The user, one of the user's groups, or the service account that the user is (spec 03 §3.6)."""
    match subject.kind:
        case "ServiceAccount":
            account = compile_wildcard(f"system:serviceaccount:{subject.namespace}:{subject.name}")
            return lambda request: account(request.user.username)
        case "Group":
            group = compile_wildcard(subject.name)
            return lambda request: any(map(group, request.user.groups))
        case "User":
            name = compile_wildcard(subject.name)
            return lambda request: name(request.user.username)
        case _:
            return never


# --- What was found, for explanations ---


def _kind_of(request: Request) -> str:
    """The kind as a policy would write it."""
    parts = (*request.gvk, request.subresource)
    return "/".join(filter(None, parts))


def _name_of(request: Request) -> str:
    return request.name


def _namespace_labels_of(request: Request) -> dict[str, str]:
    return dict(request.namespace_labels)


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
