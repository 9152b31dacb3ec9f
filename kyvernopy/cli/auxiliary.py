"""The files that go with a run, as a command takes them: Kyverno's words for what is wrong with one (spec 08 §5).

Each decides about every result, so a file that is wrong ends the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import say
from kyvernopy.cli.flags import UsageError
from kyvernopy.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.offline.values import Values

__all__ = ["check_context_file", "user_info", "values"]

DEPRECATED = "uses a deprecated schema that will be removed in 1.15"


def user_info(path: str) -> dict[str, Any]:
    """The user of a UserInfo file. Raises `UsageError`."""
    from kyvernopy.offline.user_info import load_user_info  # noqa: PLC0415  each file is rare

    try:
        user = load_user_info(path)
    except DocumentError as error:
        raise UsageError(f"failed to load request info ({error})") from None
    if not user.get("apiVersion") or not user.get("kind"):
        say(f"\nWARNING: user infos file ({path}) {DEPRECATED}")
    return user


def values(path: str, items: Sequence[str]) -> Values:
    """The values of a file or of `--set`. Raises `UsageError`."""
    from kyvernopy.offline.values import Values, load_values, parse_set  # noqa: PLC0415  as above

    chosen, dropped = parse_set(items)
    for item in dropped:
        say(f"warning: --set {item} is ignored: it sets no variable that can be set, or one that is set already")
    if not path:
        return Values(chosen=chosen)
    try:
        return load_values(path, chosen)
    except DocumentError as error:
        if error.finding.code == "deprecated-header":
            say(f"\nWARNING: values file ({path}) {DEPRECATED}")
            raise UsageError(error.finding.message) from None
        raise UsageError(f"failed to decode yaml (unable to load variable file: {path} ({error}))") from None


def check_context_file(path: str) -> None:
    """Read a Context file, of which no rule of this version takes anything. Raises `UsageError`."""
    from kyvernopy.offline.context_file import load_context_file  # noqa: PLC0415  as above

    try:
        load_context_file(path)
    except DocumentError as error:
        raise UsageError(f"failed to load context file ({error})") from None
