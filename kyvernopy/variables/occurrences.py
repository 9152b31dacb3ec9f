"""Where variables `{{ }}` and references `$( )` stand in texts and documents (spec 02 §6.1, §6.9).

A match carries the character before it, unless it begins the text; a backslash there makes it none. Braces may nest
one level inside a variable. Everything here takes time in proportion to the text: the expression for variables meets
no character twice, and references, which reach to the last `)` before a space, are found by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.golang.text import trim

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Found: TypeAlias = "tuple[str, int, int, str]"  # the text of a match, its start and end, what replaces it

__all__ = [
    "VARIABLE",
    "expression_of",
    "find_references",
    "find_variables",
    "has_variables",
    "is_reference",
    "is_variable",
    "mentions",
    "replace_all_variables",
    "replace_in_order",
    "unescape_references",
    "unescape_variables",
]

# Group 1 is the character before, group 2 the variable.
VARIABLE = re.compile(r"(^|[^\\])(\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\})")


# --- Variables ---


def find_variables(text: str) -> list[str]:
    """All variables of a text, each with the character before it; of nested ones the innermost."""
    return [found[0] for found in VARIABLE.finditer(text)] if "{{" in text else []


def is_variable(text: str) -> bool:
    """Whether there is a variable in a text."""
    return "{{" in text and VARIABLE.search(text) is not None


def expression_of(variable: str) -> tuple[str, bool]:
    """The expression of a variable, and whether it is shallow: `{{- x }}`, whose value is not read again."""
    expression = trim(variable.replace("{{", "").replace("}}", ""))
    return (trim(expression[1:]), True) if expression.startswith("-") else (expression, False)


def unescape_variables(text: str) -> str:
    r"""The text with `{{` for each `\{{`."""
    return text.replace("\\{{", "{{")


def replace_all_variables(text: str, constant: str) -> str:
    """The text with a constant for each variable, in one pass."""
    return VARIABLE.sub(lambda found: found[1] + constant, text) if "{{" in text else text


# --- References ---


def is_reference(text: str) -> bool:
    """Whether there is a reference in a text."""
    return bool(find_references(text))


def find_references(text: str) -> list[tuple[int, int, int]]:
    r"""Where references stand: the start with the character before, the `$`, the end.

    It is what `^\$\(.[^ ]*\)|[^\\]\$\(.[^ ]*\)` finds.
    """
    spans, free, space, last = [], 0, -1, -1
    dollar = text.find("$(")
    while dollar >= 0:
        start, inside = max(dollar - 1, 0), dollar + 3  # the character after `$(` may be a space, but no line end
        is_free = free == 0 if dollar == 0 else start >= free and text[start] != "\\"
        if is_free and inside <= len(text) and text[inside - 1] != "\n":
            if inside > space:  # else the last run of characters without a space goes on
                space = text.find(" ", inside)
                space = len(text) if space < 0 else space
                last = text.rfind(")", inside, space)
            if last >= inside:
                spans.append((start, dollar, last + 1))
                free = last + 1
        dollar = text.find("$(", max(dollar + 2, free))
    return spans


def unescape_references(text: str) -> str:
    r"""The text with `$(x)` for each `\$(x)`."""
    parts, done, space, parenthesis = [], 0, -1, -1
    backslash = text.find("\\$(")
    while backslash >= 0:
        free, inside = backslash + 3, backslash + 4
        if inside <= len(text) and text[inside - 1] != "\n":
            parenthesis = _next(text, ")", inside, parenthesis)
            space = _next(text, " ", inside, space)
            if parenthesis < space:
                parts.append(text[done:backslash])
                done, free = backslash + 1, parenthesis + 1
        backslash = text.find("\\$(", free)
    return "".join([*parts, text[done:]]) if parts else text


def _next(text: str, character: str, start: int, known: int) -> int:
    """The next place of a character, or the end of the text; `known` is the answer to an earlier start."""
    if known < start:
        known = text.find(character, start)
    return len(text) if known < 0 else known


# --- Replacing ---


def replace_in_order(text: str, mark: str, found: list[Found], spend: Callable[[int], None]) -> str:
    """Replace, one after the other, the first occurrence of each match.

    Nearly always that is the match itself. Only behind something that has a mark, which begins every match, it may
    stand elsewhere; then it is searched for, and `spend` is told how many characters that may take.
    """
    parts: list[str] = []
    done, tail = 0, ""
    for number, (_, start, end, new) in enumerate(found):
        before = text[done:start] + new
        parts.append(before)
        done = end
        if mark in f"{tail}{before}{text[end : end + len(mark)]}":
            return _search_others("".join([*parts, text[done:]]), found[number + 1 :], spend)
        tail = before[-1:] or tail
    return "".join([*parts, text[done:]])


def _search_others(text: str, found: list[Found], spend: Callable[[int], None]) -> str:
    for match, _, _, new in found:
        spend(len(text))
        text = text.replace(match, new, 1)
    return text


# --- Documents ---


def mentions(document: Any, mark: str) -> bool:
    """Whether a text or key of a document contains a mark."""
    return _any_text(document, lambda text: mark in text)


def has_variables(document: Any) -> bool:
    """Whether there is a variable in a text or key of a document."""
    return _any_text(document, is_variable)


def _any_text(document: Any, test: Callable[[str], bool]) -> bool:
    waiting = [document]
    while waiting:  # a loop, because a document may be nested deeper than calls may be
        node = waiting.pop()
        if isinstance(node, str):
            if test(node):
                return True
        elif isinstance(node, dict):
            waiting += node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return False
