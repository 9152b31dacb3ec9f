"""`kyvernopy version`: the version as text, JSON or YAML, in the form of Kyverno (spec 08 §16)."""

from __future__ import annotations

import sys

from kyvernopy.cli.flags import Flags, UsageError

__all__ = ["version"]


def version(arguments: list[str]) -> int:
    """Run the command; returns its exit status. Raises `UsageError`."""
    flags = Flags("version", "Show the version.")
    flags.text("-o", "--output", help="json or yaml; text unless given")
    options = flags.parse(arguments)
    if options is None:
        return 0
    if options.arguments:
        raise UsageError(f'unknown command "{options.arguments[0]}" for "version"')
    sys.stdout.write(_written(options.output))
    return 0


def _written(form: str) -> str:
    # A package is built at no time and from no commit that it knows of, for which Kyverno writes dashes.
    about = {"version": _installed(), "time": "---", "gitCommitId": "---"}
    if form == "json":
        return "{\n" + ",\n".join(f'  "{name}": "{text}"' for name, text in about.items()) + "\n}\n"
    if form == "yaml":
        return "".join(
            f"{name}: '{text}'\n" if text == "---" else f"{name}: {text}\n" for name, text in sorted(about.items())
        )
    if form:
        raise UsageError(f"invalid output format: {form} (supported formats: json, yaml)")
    return f"Version: {about['version']}\nTime: {about['time']}\nGit commit ID: {about['gitCommitId']}\n"


def _installed() -> str:
    from importlib.metadata import version as installed  # noqa: PLC0415  slow, and only this command needs it

    return installed("kyvernopy")
