"""Flags read as pflag reads them, on top of argparse.

pflag knows no abbreviations, takes flags and arguments in any order, splits lists at commas with the quoting of CSV,
and lets a boolean be switched off with `--flag=false`; its complaints are those that scripts know from Kyverno.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Flags", "UsageError"]

TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


class UsageError(Exception):
    """A command was called wrongly."""

    def complain(self) -> int:
        """Print the error; returns the exit status."""
        sys.stderr.write(f"Error: {self}\n")
        return 2


class _Parser(argparse.ArgumentParser):
    """Argparse with the complaints of pflag."""

    def error(self, message: str) -> NoReturn:
        if found := re.match(r"argument (?:-\w/)?(--[\w-]+)\S*: expected one argument", message):
            raise UsageError(f"flag needs an argument: {found[1]}")
        if found := re.match(r"argument ((?:-\w/)?--[\w-]+)\S*: invalid int value: '(.*)'", message):
            name = found[1].replace("/", ", ")
            reason = f'strconv.ParseInt: parsing "{found[2]}": invalid syntax'
            raise UsageError(f'invalid argument "{found[2]}" for "{name}" flag: {reason}')
        raise UsageError(message)


class Flags:
    """The flags of one command. Arguments that are no flags end up in `arguments`."""

    def __init__(self, command: str, description: str, arguments: str = "") -> None:
        usage = f"kyvernopy {command} {arguments} [flags]".replace("  ", " ")
        self._parser = _Parser(usage=usage, description=description, allow_abbrev=False, add_help=False)
        self._parser.add_argument("-h", "--help", action="help", help="show this help")
        self._booleans: set[str] = set()
        self._later: dict[str, str] = {}

    def text(self, *names: str, default: str = "", help: str) -> None:  # noqa: A002  argparse's word
        """A flag with a text."""
        self._parser.add_argument(*names, default=default, help=help)

    def number(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with an integer."""
        self._parser.add_argument(*names, type=int, default=0, help=help)

    def boolean(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag that is on or off."""
        destination = names[-1].removeprefix("--").replace("-", "_")
        self._parser.add_argument(*names, dest=destination, action="store_true", help=help)
        self._parser.add_argument(_off(names[-1]), dest=destination, action="store_false", help=argparse.SUPPRESS)
        self._booleans.add(names[-1])

    def texts(self, *names: str, help: str) -> None:  # noqa: A002
        """A flag with a list of texts, which may be given several times; its name is that of the first long form."""
        destination = next(name for name in names if name.startswith("--")).removeprefix("--").replace("-", "_")
        self._parser.add_argument(*names, dest=destination, action=_Slice, default=[], help=help)

    def later(self, *names: str, takes: bool = True) -> None:
        """A flag of Kyverno that this version does not support; using it is an error that says so."""
        destination = names[-1].removeprefix("--").replace("-", "_")
        self._later[destination] = names[-1]
        if takes:
            self._parser.add_argument(*names, dest=destination, action="append", help=argparse.SUPPRESS)
        else:
            self._parser.add_argument(*names, dest=destination, action="store_true", help=argparse.SUPPRESS)

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Read the arguments of a command; raises `UsageError`."""
        flags, rest = list(arguments), []
        if "--" in flags:
            at = flags.index("--")
            flags, rest = flags[:at], flags[at + 1 :]
        options, others = self._parser.parse_known_args([self._switched(flag) for flag in flags])
        for other in others:
            if other.startswith("--"):
                raise UsageError(f"unknown flag: {other.partition('=')[0]}")
            if other.startswith("-") and other != "-":
                raise UsageError(f"unknown shorthand flag: '{other[1]}' in {other}")
        options.arguments = [*others, *rest]
        return options

    def refuse_unsupported(self, options: argparse.Namespace) -> None:
        """Raise `UsageError` if a flag was used that this version does not support."""
        for destination, name in self._later.items():
            if getattr(options, destination):
                raise UsageError(f"the flag {name} is not supported by this version of kyvernopy")

    def _switched(self, argument: str) -> str:
        """`--flag=false` as the hidden flag that switches it off."""
        name, equals, value = argument.partition("=")
        if name not in self._booleans or not equals:
            return argument
        if value in TRUE:
            return name
        if value in FALSE:
            return _off(name)
        reason = f'strconv.ParseBool: parsing "{value}": invalid syntax'
        raise UsageError(f'invalid argument "{value}" for "{name}" flag: {reason}')


def _off(name: str) -> str:
    """A name that nobody can type."""
    return f"--\0{name.removeprefix('--')}"


class _Slice(argparse.Action):
    """Splits every occurrence at commas, with the quoting of CSV, and adds it to what there is."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: Any, _option: str | None = None) -> None:
        import csv  # noqa: PLC0415  only a quote needs it

        found = next(csv.reader([values]), [""]) if '"' in values else values.split(",")
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), *found])
