"""Flags read as pflag reads them; argparse only writes the help.

pflag knows no abbreviations, takes flags and arguments in any order, gives a flag that wants a value the next argument
whatever that looks like, splits lists at commas with the quoting of CSV, and switches a boolean off with
`--flag=false`; what is wrong is told in its words, which scripts know from Kyverno. Argparse has other rules in each of
these places, and loading it takes as long as judging a dozen Pods.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Options: TypeAlias = SimpleNamespace

__all__ = ["WRONG_USAGE", "Flags", "UsageError"]

WRONG_USAGE = 2  # the exit status; Kyverno's is 1, which here says that something failed
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
EMPTY: dict[str, Any] = {"text": "", "list": [], "switch": False}


class UsageError(Exception):
    """A command was called wrongly."""

    def complain(self) -> int:
        """Print the error; returns the exit status."""
        from kyvernopy.cli.console import say  # noqa: PLC0415  only a mistake needs it

        say(f"Error: {self}")
        return WRONG_USAGE


class _Flag:
    """A flag under its first long name; `kind` is one of text, list, number and switch."""

    # No dataclass: defining one takes longer than reading the flags of a command.
    __slots__ = ("default", "help", "kind", "name", "names", "short")

    def __init__(self, names: Sequence[str], kind: str, default: Any, help_text: str) -> None:
        self.names, self.kind, self.default, self.help = names, kind, default, help_text
        self.name = next(name for name in names if name.startswith("--"))
        self.short = next((name for name in names if not name.startswith("--")), "")

    @property
    def destination(self) -> str:
        """The attribute that its value is kept in."""
        return self.name.removeprefix("--").replace("-", "_")

    def value(self, text: str, before: Any) -> Any:
        """What a text stands for, in addition to what there was before. Raises `UsageError`."""
        match self.kind:
            case "switch":
                if text not in TRUE | FALSE:
                    raise self._invalid(text, "strconv.ParseBool", "invalid syntax")
                return text in TRUE
            case "number":
                return self._number(text)
            case "list":
                return [*before, *_split(text)]
        return text

    def _number(self, text: str) -> int:
        try:
            number = int(text, 0)
        except ValueError:
            raise self._invalid(text, "strconv.ParseInt", "invalid syntax") from None
        if not -(2**63) <= number < 2**63:
            raise self._invalid(text, "strconv.ParseInt", "value out of range")
        return number

    def _invalid(self, text: str, function: str, reason: str) -> UsageError:
        shown = f"{self.short}, {self.name}" if self.short else self.name
        return UsageError(f'invalid argument "{text}" for "{shown}" flag: {function}: parsing "{text}": {reason}')


class Flags:
    """The flags of one command. Arguments that are no flags end up in `arguments`."""

    def __init__(self, command: str, description: str, arguments: str = "") -> None:
        self._usage = " ".join(filter(None, ("kyvernopy", command, arguments, "[flags]")))
        self._description = description
        self._flags: dict[str, _Flag] = {}  # by every name
        self._later: list[_Flag] = []
        self.switch("-h", "--help", help="show this help")

    # --- What flags there are ---

    def text(self, *names: str, default: str = "", help: str) -> None:  # noqa: A002  argparse's word
        """A flag with a text."""
        self._add(names, "text", default, help)

    def number(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with an integer, 0 unless given."""
        self._add(names, "number", 0, help)

    def switch(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag that is on or off."""
        self._add(names, "switch", default=False, help_text=help)

    def texts(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with a list of texts, which may be given several times."""
        self._add(names, "list", [], help)

    def later(self, *names: str, kind: str = "text") -> None:
        """A flag of Kyverno that this version does not support; using it is an error that says so."""
        self._later.append(self._add(names, kind, EMPTY[kind], ""))

    def _add(self, names: Sequence[str], kind: str, default: Any, help_text: str) -> _Flag:
        flag = _Flag(names, kind, default, help_text)
        self._flags.update(dict.fromkeys(names, flag))
        return flag

    # --- Reading ---

    def parse(self, arguments: Sequence[str]) -> Options | None:
        """Read the arguments of a command; None if they asked for help. Raises `UsageError`."""
        others: list[str] = []
        values = {flag.destination: flag.default for flag in self._flags.values()}
        for flag, text in self._pairs(arguments, others):
            values[flag.destination] = flag.value(text, values[flag.destination])
        if values["help"]:
            sys.stdout.write(self._help())
            return None
        return SimpleNamespace(**values, arguments=others)

    def refuse_unsupported(self, options: Options) -> None:
        """Raise `UsageError` if a flag was used that this version does not support."""
        for flag in self._later:
            if getattr(options, flag.destination) != flag.default:
                raise UsageError(f"the flag {flag.name} is not supported by this version of kyvernopy")

    def _help(self) -> str:
        import argparse  # noqa: PLC0415  most runs do not ask for help

        parser = argparse.ArgumentParser(usage=self._usage, description=self._description, add_help=False)
        for flag in dict.fromkeys(self._flags.values()):
            if flag.help:
                takes: dict[str, Any] = (
                    {"action": "store_true"} if flag.kind == "switch" else {"metavar": flag.kind.upper()}
                )
                parser.add_argument(*flag.names, help=flag.help, **takes)
        return parser.format_help()

    def _pairs(self, arguments: Sequence[str], others: list[str]) -> Iterator[tuple[_Flag, str]]:
        """Flags and their values; arguments that are no flags go to the others."""
        queue = iter(arguments)
        for argument in queue:
            if argument == "--":
                others.extend(queue)
            elif argument.startswith("--"):
                yield self._long(argument, queue)
            elif argument.startswith("-") and argument != "-":
                yield from self._shorts(argument, queue)
            else:
                others.append(argument)

    def _long(self, argument: str, queue: Iterator[str]) -> tuple[_Flag, str]:
        name, equals, value = argument.partition("=")
        if len(name) == 2 or name[2] == "-":  # noqa: PLR2004  nothing behind the dashes
            raise UsageError(f"bad flag syntax: {argument}")
        flag = self._flags.get(name)
        if flag is None:
            raise UsageError(f"unknown flag: {name}")
        if not equals:
            value = "true" if flag.kind == "switch" else _next(queue, name)
        return flag, value

    def _shorts(self, argument: str, queue: Iterator[str]) -> Iterator[tuple[_Flag, str]]:
        """Several letters behind one dash: switches, and at the end one flag with or without its value."""
        rest = argument[1:]
        while rest:
            letter, rest = rest[0], rest[1:]
            flag = self._flags.get(f"-{letter}")
            if flag is None:
                raise UsageError(f"unknown shorthand flag: '{letter}' in {argument}")
            if rest.startswith("=") and len(rest) > 1:
                value, rest = rest[1:], ""
            elif flag.kind == "switch":
                value = "true"
            elif rest:
                value, rest = rest, ""
            else:
                value = _next(queue, f"'{letter}' in {argument}")
            yield flag, value


def _next(queue: Iterator[str], shown: str) -> str:
    value = next(queue, None)
    if value is None:
        raise UsageError(f"flag needs an argument: {shown}")
    return value


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",") if text else []
    import csv  # noqa: PLC0415  only a quote needs it

    return next(csv.reader([text]), [])
