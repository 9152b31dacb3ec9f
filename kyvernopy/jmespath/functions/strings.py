"""Functions of texts (spec 02 §3.3): comparing, replacing, splitting, trimming, upper and lower case.

Characters are code points, and case is Go's, which maps each of them to exactly one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.golang.cases import equal_fold, lower, upper
from kyvernopy.golang.conversions import to_int64
from kyvernopy.jmespath.functions.output import allow
from kyvernopy.jmespath.functions.signature import Function, function_error
from kyvernopy.jmespath.values import OpaqueInt

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]


def _compare(left: str, right: str) -> OpaqueInt:
    return OpaqueInt((left > right) - (left < right))


def _replace(run: Run, text: str, old: str, new: str, count: float) -> str:
    return _replace_first(run, text, old, new, to_int64(count))


def _replace_all(run: Run, text: str, old: str, new: str) -> str:
    return _replace_first(run, text, old, new, -1)


def _replace_first(run: Run, text: str, old: str, new: str, most: int) -> str:
    """Replace the first ones from the left, or all where `most` is negative."""
    found = text.count(old)
    count = found if most < 0 else min(found, most)
    allow(run, len(text) + count * (len(new) - len(old)))
    return text.replace(old, new, count)


def _split(run: Run, text: str, separator: str) -> list[str]:
    allow(run, text.count(separator) + 1)
    return text.split(separator) if separator else list(text)


def _trim(text: str, characters: str) -> str:
    return text.strip(characters) if characters else text  # Python strips white space where it is given nothing


def _truncate(text: str, length: float) -> str:
    return text[: max(0, to_int64(length))]


def _to_boolean(text: str) -> bool:
    word = lower(text)
    if word not in ("true", "false"):
        raise function_error("to_boolean", f"lowercase argument must be 'true' or 'false' (provided: '{text}')")
    return word == "true"


def _path_canonicalize(path: str) -> str:
    """A POSIX path without empty, `.` and resolvable `..` parts (`filepath.Join`); nothing is asked of a file system."""
    if not path:
        return ""
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in ("", ".") and not (part == ".." and rooted):
            kept.append(part)
    return ("/" if rooted else "") + "/".join(kept) or "."


_TEXT = ("string",)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "compare",
        _compare,
        (_TEXT, _TEXT),
        "number",
        "-1, 0 or 1 if the first text comes before the second one, equals it or comes after it, by their bytes; "
        "as in Kyverno, the result is no number to comparators and arithmetic.",
    ),
    Function(
        "equal_fold",
        equal_fold,
        (_TEXT, _TEXT),
        "bool",
        "Whether two texts are the same but for upper and lower case.",
    ),
    Function(
        "path_canonicalize",
        _path_canonicalize,
        (_TEXT,),
        "string",
        "The shortest path that means the same: without `.`, `..` and repeated or trailing slashes.",
    ),
    Function(
        "replace",
        _replace,
        (_TEXT, _TEXT, _TEXT, ("number",)),
        "string",
        "The text with the second text replaced by the third one, from the left and as often as the number says; "
        "a negative number means everywhere.",
        takes_run=True,
    ),
    Function(
        "replace_all",
        _replace_all,
        (_TEXT, _TEXT, _TEXT),
        "string",
        "The text with every occurrence of the second text replaced by the third one.",
        takes_run=True,
    ),
    Function(
        "split",
        _split,
        (_TEXT, _TEXT),
        "array[string]",
        "The parts of a text between the separators, empty ones included; "
        "an empty separator gives the single characters.",
        takes_run=True,
    ),
    Function(
        "to_boolean",
        _to_boolean,
        (_TEXT,),
        "bool",
        "The boolean that the text `true` or `false` stands for, in any mixture of upper and lower case.",
    ),
    Function(
        "to_lower",
        lower,
        (_TEXT,),
        "string",
        "The text in lower case; each character has exactly one counterpart.",
    ),
    Function(
        "to_upper",
        upper,
        (_TEXT,),
        "string",
        "The text in upper case; each character has exactly one counterpart, so `ß` stays.",
    ),
    Function(
        "trim",
        _trim,
        (_TEXT, _TEXT),
        "string",
        "The text without the characters of the second text at both ends.",
    ),
    Function(
        "trim_prefix",
        str.removeprefix,
        (_TEXT, _TEXT),
        "string",
        "The text without the second text at its start, if it stands there.",
    ),
    Function(
        "truncate",
        _truncate,
        (_TEXT, ("number",)),
        "string",
        "As many characters from the start of a text as the number says, without its fraction; none if it is negative.",
    ),
)
