"""Label selectors, with wildcards in `matchLabels` (spec 03 §3.5).

A selector is compiled to one test over labels. Whatever does not depend on the labels is settled then, also whether the
selector is valid at all. Only entries with wildcards wait: each is replaced by the first label that it matches, and
Kubernetes' own rules see the result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.kubernetes.wildcards import compile_wildcard, has_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

__all__ = ["SelectorError", "compile_selector", "selects"]

Labels: TypeAlias = "Mapping[str, str]"
Test: TypeAlias = "Callable[[Labels], bool]"
Pair: TypeAlias = "tuple[str, str]"


class SelectorError(ValueError):
    """A selector that Kubernetes would refuse."""


def selects(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """Whether the selector selects these labels; to ask more than once, compile it."""
    return compile_selector(selector)(labels)


def compile_selector(selector: Mapping[str, Any] | None) -> Test:
    """A test of labels; an empty selector selects everything, None nothing.

    Raises `SelectorError` if the selector is invalid, and so may the test where wildcards had to be replaced first.
    """
    if selector is None:
        return lambda _: False
    pairs = dict(selector.get("matchLabels") or {})
    tests = [_expression(one) for one in selector.get("matchExpressions") or ()]
    if any(has_wildcard(key + value) for key, value in pairs.items()):
        return _all([_wildcard_pairs(pairs), *tests])
    for key, value in pairs.items():
        _check(key, [value])
    return _all([*([_pairs(pairs)] if pairs else []), *tests])


def _all(tests: Sequence[Test]) -> Test:
    """All tests hold; the first one, which alone may raise, is always asked."""
    if len(tests) == 1:
        return tests[0]
    return lambda labels: all(test(labels) for test in tests)


# --- matchLabels ---


def _pairs(pairs: Labels) -> Test:
    """Every pair is among the labels."""
    wanted = pairs.items()
    return lambda labels: wanted <= labels.items()


def _wildcard_pairs(pairs: Labels) -> Test:
    """Every pair is among the labels once those with wildcards are replaced.

    Upstream: pairs whose replacements have the same key count as one, the last of them.
    """
    replacements = [_replacement(key, value) for key, value in pairs.items()]

    def test(labels: Labels) -> bool:
        wanted = dict([replacement(labels) for replacement in replacements])
        for key, value in wanted.items():
            _check(key, [value])
        return wanted.items() <= labels.items()

    return test


def _replacement(key: str, value: str) -> Callable[[Labels], Pair]:
    """The first label that matches key and value, or else a pair with a zero for each wildcard, which no label equals.

    Upstream: which of several labels is taken is left to chance; here it is the first in order.
    """
    if not has_wildcard(key + value):
        return lambda _: (key, value)
    matches_key, matches_value = compile_wildcard(key), compile_wildcard(value)
    literal = _without_wildcards(key), _without_wildcards(value)

    def replacement(labels: Labels) -> Pair:
        found = [pair for pair in labels.items() if matches_key(pair[0]) and matches_value(pair[1])]
        return min(found, default=literal)

    return replacement


def _without_wildcards(text: str) -> str:
    return text.replace("*", "0").replace("?", "0")


# --- matchExpressions ---


def _expression(expression: Mapping[str, Any]) -> Test:
    """The test of one entry of `matchExpressions`."""
    key, operator = expression.get("key") or "", expression.get("operator") or ""
    values = frozenset(expression.get("values") or ())
    if operator not in OPERATORS:
        raise SelectorError(f'"{operator}" is not a valid label selector operator')
    takes_values, make = OPERATORS[operator]
    if takes_values and not values:
        raise SelectorError(f"the operator {operator} needs values")
    if values and not takes_values:
        raise SelectorError(f"the operator {operator} takes no values")
    _check(key, expression.get("values") or ())
    return make(key, values)


def _in(key: str, values: frozenset[str]) -> Test:
    return lambda labels: labels.get(key) in values


def _not_in(key: str, values: frozenset[str]) -> Test:
    return lambda labels: labels.get(key) not in values


def _exists(key: str, _: frozenset[str]) -> Test:
    return lambda labels: key in labels


def _does_not_exist(key: str, _: frozenset[str]) -> Test:
    return lambda labels: key not in labels


OPERATORS: dict[str, tuple[bool, Callable[[str, frozenset[str]], Test]]] = {
    "In": (True, _in),
    "NotIn": (True, _not_in),
    "Exists": (False, _exists),
    "DoesNotExist": (False, _does_not_exist),
}

# --- What Kubernetes accepts as a label ---

NAME = re.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
DNS_SUBDOMAIN = re.compile(rf"{DNS_LABEL}(\.{DNS_LABEL})*")
LONGEST_NAME, LONGEST_PREFIX = 63, 253


def _check(key: str, values: Sequence[str]) -> None:
    """Raises unless these are the key and the values of a label."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= LONGEST_PREFIX and DNS_SUBDOMAIN.fullmatch(prefix)):
        raise SelectorError(f"`{prefix}` is not a valid prefix of a label key, in `{key}`")
    if not _is_name(name):
        raise SelectorError(f"`{name}` is not a valid name of a label key, in `{key}`")
    for value in values:
        if value and not _is_name(value):
            raise SelectorError(f"`{value}` is not a valid label value, of `{key}`")


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and NAME.fullmatch(text) is not None
