"""`kyvernopy version`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kyvernopy.cli.flags import Flags, UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["version"]


def version(arguments: list[str]) -> int:
    """Print the version as text, JSON or YAML."""
    from importlib.metadata import version as installed  # noqa: PLC0415  slow, and only this command needs it

    flags = Flags("version", "Show the version.")
    flags.text("-o", "--output", help="json or yaml")
    try:
        options = flags.parse(arguments)
        _check(options)
    except UsageError as error:
        return error.complain()
    number = installed("kyvernopy")
    texts = {"json": f'{{\n  "version": "{number}"\n}}', "yaml": f"version: {number}", "": f"Version: {number}"}
    sys.stdout.write(texts[options.output] + "\n")
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.arguments:
        raise UsageError(f'unknown command "{options.arguments[0]}" for "version"')
    if options.output not in ("", "json", "yaml"):
        raise UsageError(f"invalid output format: {options.output}")
