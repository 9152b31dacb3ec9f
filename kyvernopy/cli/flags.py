"""Flags read as pflag reads them, with argparse for what is kept and for the help.

pflag knows no abbreviations, takes flags and arguments in any order, gives a flag that wants a value the next argument
whatever that looks like, splits lists at commas with the quoting of CSV, and switches a boolean off with
`--flag=false`. So arguments are first brought into the one form that both read alike, `--flag=value`; all that can be
wrong is found there and told in pflag's words, which scripts know from Kyverno.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WRONG_USAGE", "Flags", "UsageError"]

WRONG_USAGE = 2  # the exit status; Kyverno's is 1, which here says that something failed
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


class UsageError(Exception):
    """A command was called wrongly."""

    def complain(self) -> int:
        """Print the error; returns the exit status."""
        from kyvernopy.cli.console import say  # noqa: PLC0415  only a mistake needs it

        say(f"Error: {self}")
        return WRONG_USAGE


@dataclass(frozen=True)
class _Flag:
    """A flag under its first long name; `kind` is one of text, list, number and switch."""

    name: str
    short: str
    kind: str

    def value(self, text: str) -> str:
        """The value in the form that argparse gets; raises `UsageError` if it is none."""
        if self.kind == "switch" and text not in TRUE | FALSE:
            raise self._invalid(text, "strconv.ParseBool", "invalid syntax")
        if self.kind == "number":
            return str(self._number(text))
        return text

    def _number(self, text: str) -> int:
        try:
            number = int(text, 0)
        except ValueError:
            number = None
        if number is None or text != text.strip():
            raise self._invalid(text, "strconv.ParseInt", "invalid syntax")
        if not -(2**63) <= number < 2**63:
            raise self._invalid(text, "strconv.ParseInt", "value out of range")
        return number

    def _invalid(self, text: str, function: str, reason: str) -> UsageError:
        shown = f"{self.short}, {self.name}" if self.short else self.name
        return UsageError(f'invalid argument "{text}" for "{shown}" flag: {function}: parsing "{text}": {reason}')


class Flags:
    """The flags of one command. Arguments that are no flags end up in `arguments`."""

    def __init__(self, command: str, description: str, arguments: str = "") -> None:
        usage = " ".join(filter(None, ("kyvernopy", command, arguments, "[flags]")))
        self._parser = argparse.ArgumentParser(
            usage=usage, description=description, allow_abbrev=False, add_help=False, argument_default=None
        )
        self._flags: dict[str, _Flag] = {}  # by every name
        self._later: dict[str, str] = {}
        self.switch("-h", "--help", help="show this help")

    # --- What flags there are ---

    def text(self, *names: str, default: str = "", help: str) -> None:  # noqa: A002  argparse's word
        """A flag with a text."""
        self._add(names, "text", metavar="TEXT", default=default, help=help)

    def number(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with an integer, 0 unless given."""
        self._add(names, "number", metavar="NUMBER", type=int, default=0, help=help)

    def switch(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag that is on or off."""
        self._add(names, "switch", action="store_true", help=help)

    def texts(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with a list of texts, which may be given several times."""
        self._add(names, "list", metavar="LIST", action=_Extend, default=[], help=help)

    def later(self, *names: str, kind: str = "text") -> None:
        """A flag of Kyverno that this version does not support; using it is an error that says so."""
        action = "store_true" if kind == "switch" else "append"
        self._add(names, kind, action=action, help=argparse.SUPPRESS)
        flag = self._flags[names[-1]]
        self._later[_destination(flag.name)] = flag.name

    def _add(self, names: Sequence[str], kind: str, **options: Any) -> None:
        long = [name for name in names if name.startswith("--")]
        flag = _Flag(long[0], next((name for name in names if name not in long), ""), kind)
        self._flags.update(dict.fromkeys(names, flag))
        self._parser.add_argument(*names, dest=_destination(long[0]), **options)

    # --- Reading ---

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace | None:
        """Read the arguments of a command; None if they asked for help. Raises `UsageError`."""
        others: list[str] = []
        switches: dict[str, str] = {}  # of which the last word counts
        pairs = []
        for flag, value in self._pairs(arguments, others):
            if flag.kind == "switch":
                switches[flag.name] = value
            else:
                pairs.append(f"{flag.name}={value}")
        on = [name for name, value in switches.items() if value in TRUE]
        options = self._parser.parse_args([*pairs, *on])
        if options.help:
            sys.stdout.write(self._parser.format_help())
            return None
        options.arguments = others
        return options

    def refuse_unsupported(self, options: argparse.Namespace) -> None:
        """Raise `UsageError` if a flag was used that this version does not support."""
        for destination, name in self._later.items():
            if getattr(options, destination):
                raise UsageError(f"the flag {name} is not supported by this version of kyvernopy")

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
        return flag, flag.value(value)

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
            yield flag, flag.value(value)


def _next(queue: Iterator[str], shown: str) -> str:
    value = next(queue, None)
    if value is None:
        raise UsageError(f"flag needs an argument: {shown}")
    return value


def _destination(name: str) -> str:
    return name.removeprefix("--").replace("-", "_")


class _Extend(argparse.Action):
    """Splits every occurrence at commas, with the quoting of CSV, and adds it to what there is."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: Any, _option: str | None = None) -> None:
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), *_split(values)])


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",") if text else []
    import csv  # noqa: PLC0415  only a quote needs it

    return next(csv.reader([text]), [])
