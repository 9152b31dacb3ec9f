"""What a filter asks of a request, one criterion after the other (the table of spec 03 §3.3).

A criterion is a test, the words that say so when it does not hold, and for explanations what was expected and found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.explanations import Explanation
from kyvernopy.kubernetes.selectors import SelectorError, compile_selector
from kyvernopy.kubernetes.wildcards import compile_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kyvernopy.engine.request import Request
    from kyvernopy.policies.model import ResourceDescription, ResourceFilter, Subject

__all__ = ["Criterion", "Test", "always", "description_criteria", "never", "user_criteria"]

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


# --- Resources ---


def description_criteria(description: ResourceDescription, *, exception: bool) -> Iterator[Criterion]:
    """The criteria of a description, but for kinds and operations; an exception has a namespace selector of its own."""
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


# --- Users ---


def user_criteria(wanted: ResourceFilter) -> Iterator[Criterion]:
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


def _name_of(request: Request) -> str:
    return request.name


def _namespace_labels_of(request: Request) -> dict[str, str]:
    return dict(request.namespace_labels)
