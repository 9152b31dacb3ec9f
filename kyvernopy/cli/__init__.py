"""The command `kyvernopy`: thin commands over the library, as Kyverno's own command line has them.

What a command prints on standard output is Kyverno's to the letter; what is said beyond that goes to standard error.
Exit status 2 says that the command was called wrongly or that some input could not be read, so that the run is
incomplete. Each command is imported when it is called.
"""

from __future__ import annotations

import gc
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
  apply     Judge resources with policies
  jp        Try expressions in Kyverno's dialect of JMESPath
  version   Show the version

Use "kyvernopy COMMAND --help" for what a command takes.
"""

# Commands of Kyverno that this version does not have.
LATER = frozenset({"completion", "create", "docs", "fix", "migrate", "oci", "test"})

# The exit statuses of processes that a closed pipe or Ctrl+C ended.
CLOSED_PIPE, INTERRUPTED = 128 + 13, 128 + 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default the one of this process; returns its exit status."""
    if arguments is not None:
        return _run_safely(list(arguments))
    # Measured: of the 120 ms of a run over one Pod, the collector takes 4, and its last round at the end another 7.
    # Nothing that a run makes in numbers is cyclic, so it need not look often.
    gc.set_threshold(100_000, 50, 100)
    status = _run_safely(sys.argv[1:])
    gc.freeze()
    return status


def _run_safely(arguments: list[str]) -> int:
    """Run one command, whatever becomes of its output."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # an output that is not UTF-8 loses no run
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads the output has seen enough; a second error while Python shuts down must not be printed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _run(arguments: list[str]) -> int:
    command, *rest = arguments or ["help"]
    if command in ("help", "--help", "-h"):
        sys.stdout.write(HELP)
        return 0
    from kyvernopy.cli.flags import UsageError  # noqa: PLC0415  help needs none of it

    try:
        return _command(command, rest)
    except UsageError as error:
        return error.complain()


def _command(command: str, arguments: list[str]) -> int:
    if command == "apply":
        from kyvernopy.cli.apply import apply  # noqa: PLC0415  each command is imported when it is called

        return apply(arguments)
    if command == "jp":
        from kyvernopy.cli.jp import jp  # noqa: PLC0415  as above

        return jp(arguments)
    if command in ("version", "--version"):
        from kyvernopy.cli.version import version  # noqa: PLC0415  as above

        return version(arguments)
    from kyvernopy.cli.flags import UsageError  # noqa: PLC0415  as above

    if command.startswith("-"):
        raise UsageError(f"unknown flag: {command.partition('=')[0]}")
    if command in LATER:
        raise UsageError(f"the command {command} is not supported by this version of kyvernopy")
    raise UsageError(f'unknown command "{command}" for "kyvernopy"')
