"""Generated source for the question whether a resource of one kind is settled (`settled`).

One function without loops over the table of merge keys: each list is a few lines, and lists of one or two elements,
which most are, need no set. The names in it are those of the table, none comes from a policy or a resource. Where the
function says no, the merge takes a closer look, so it only has to be right when it says yes.
"""

from __future__ import annotations

import linecache
from itertools import count
from typing import TYPE_CHECKING, Any

from kyvernopy.kubernetes.settled import are_texts, have_keys, have_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.kubernetes.merge_keys import Merging
    from kyvernopy.kubernetes.merge_values import Work

__all__ = ["compile_settled"]

NUMBERS = count(1)  # tells the functions apart


def compile_settled(place: Merging) -> Callable[[dict[str, Any], Work], bool]:
    """The function that tells whether a resource of the kind with these places is settled."""
    writer = Writer()
    writer.map("resource", place, 1)
    writer.line(1, "return True")
    filename = f"<kyvernopy settled {next(NUMBERS)}>"
    source = "".join(writer.lines)
    linecache.cache[filename] = (len(source), None, writer.lines, filename)
    scope: dict[str, Any] = {"are_texts": are_texts, "have_keys": have_keys, "have_texts": have_texts}
    exec(compile(source, filename, "exec"), scope)  # noqa: S102  made of the table of merge keys alone
    function: Callable[[dict[str, Any], Work], bool] = scope["is_settled"]
    return function


class Writer:
    """The lines of one function."""

    def __init__(self) -> None:
        self.lines = ["def is_settled(resource, work):\n", "    count = 0\n"]
        self.numbers = count(1)

    def line(self, level: int, text: str) -> None:
        """Add a line."""
        self.lines.append(f"{'    ' * level}{text}\n")

    def map(self, value: str, place: Merging, level: int) -> None:
        """The members of a map, each in a variable of its own."""
        for name, below in place.below.items():
            member = f"{name}_{next(self.numbers)}"
            self.line(level, f"{member} = {value}.get({name!r})")
            self.line(level, f"if {member} is not None:")
            self.line(level + 1, f"if {member}.__class__ is not {'dict' if below.keys is None else 'list'}:")
            self.line(level + 2, "return False")
            if below.keys is None:
                self.map(member, below, level + 1)
            else:
                self.list(member, below.keys, below, level + 1)

    def list(self, value: str, keys: tuple[str, ...], place: Merging, level: int) -> None:
        """A set of scalars, or maps with keys."""
        if not keys:
            self.refuse(level, f"not are_texts({value})")
        elif place.below:
            self.refuse(level, f"not have_texts({value}, {keys[0]!r})")
            element = f"element_{next(self.numbers)}"
            self.line(level, f"for {element} in {value}:")
            self.map(element, place, level + 1)
            self.refuse(level + 1, "count > work.bound")
        else:
            self.short_list(value, keys, level)

    def short_list(self, value: str, keys: tuple[str, ...], level: int) -> None:
        """Maps without merging lists; with several keys, the first one may be a number."""
        self.line(level, f"if len({value}) == 1:")
        self.line(level + 1, f"one = {value}[0]")
        self.refuse(level + 1, "one.__class__ is not dict")
        self.line(level + 1, f"text = one.get({keys[0]!r})")
        number = " and text.__class__ is not int" if len(keys) > 1 else ""
        self.refuse(level + 1, f"not text or (text.__class__ is not str{number})")
        if len(keys) == 1:
            self.line(level, f"elif len({value}) == 2:")
            self.line(level + 1, f"one, two = {value}")
            self.refuse(level + 1, "one.__class__ is not dict or two.__class__ is not dict")
            self.line(level + 1, f"text, other = one.get({keys[0]!r}), two.get({keys[0]!r})")
            self.refuse(level + 1, "not text or not other or text == other")
            self.refuse(level + 1, "text.__class__ is not str or other.__class__ is not str")
        self.line(level, "else:")
        self.line(level + 1, f"count += len({value})")
        test = f"have_texts({value}, {keys[0]!r})" if len(keys) == 1 else f"have_keys({value}, {keys!r})"
        self.refuse(level + 1, f"not {test}")

    def refuse(self, level: int, condition: str) -> None:
        """Say no where a condition holds."""
        self.line(level, f"if {condition}:")
        self.line(level + 1, "return False")
