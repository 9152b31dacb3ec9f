"""The command `kyvernopy`: thin commands over the library, as Kyverno's own command line has them.

What a command prints on standard output is Kyverno's to the letter; what is said beyond that goes to standard error.
Exit status 2 says that the command was called wrongly or that some input could not be read, so that the run is
incomplete. Each command is imported when it is called.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

HELP = """Judge Kubernetes resources with Kyverno policies, without a cluster.

Usage:
  kyvernopy COMMAND [flags]

Commands:
  apply     Apply policies to resources
  version   Show the version

Use "kyvernopy COMMAND --help" for what a command takes.
"""

# The exit status of a process that a closed pipe ended.
CLOSED_PIPE = 128 + 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    try:
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads the output has seen enough; a second error while Python shuts down must not be printed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except KeyboardInterrupt:
        return 128 + 2
    return status


def _run(arguments: list[str]) -> int:
    command, *rest = arguments or ["help"]
    match command:
        case "apply":
            from kyvernopy.cli.apply import apply  # noqa: PLC0415  each command is imported when it is called

            return apply(rest)
        case "version" | "--version":
            from kyvernopy.cli.version import version  # noqa: PLC0415

            return version(rest)
        case "help" | "--help" | "-h":
            sys.stdout.write(HELP)
            return 0
    what = "unknown flag: " if command.startswith("-") else "unknown command "
    name = command if command.startswith("-") else f'"{command}" for "kyvernopy"'
    sys.stderr.write(f"Error: {what}{name}\n")
    return 2
