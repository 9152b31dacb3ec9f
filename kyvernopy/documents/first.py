"""The first document of a text that stands in a policy or a resource, with go-yaml's complaints (spec 02 §3.3).

Such a text comes without a file, so its errors are those that Kyverno shows; what later documents hold is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.error import MarkedYAMLError
from yaml.events import DocumentStartEvent
from yaml.scanner import ScannerError

from kyvernopy.documents.build import Builder, BuildError
from kyvernopy.documents.events import BROKEN, FORBIDDEN, open_events
from kyvernopy.errors import LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["YamlError", "read_first"]


class YamlError(ValueError):
    """A text is no YAML; the message is the one of go-yaml where that is known."""


def read_first(text: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of the first document of a text, null if there is none."""
    if len(text) > limits.document_size:
        raise LimitExceeded("document_size", len(text), limits.document_size)
    try:
        return _read(text.removeprefix("\ufeff"), limits)
    except BuildError as error:
        raise YamlError(f"yaml: {error.message}") from None
    except BROKEN as error:
        raise YamlError(f"yaml: {_complaint(error, text)}") from None


def _read(text: str, limits: Limits) -> Any:
    get, dispose = open_events(text)
    try:
        get()
        if get().__class__ is not DocumentStartEvent:
            return None
        value = Builder(limits, strict=False).document(get, get())
        get()  # the end of the document, up to which go-yaml reads too
        return value
    finally:
        dispose()


def _complaint(error: Exception, text: str) -> str:
    """The words of libyaml, from which go-yaml was translated, and the line as it counts them."""
    if not isinstance(error, MarkedYAMLError):
        return "control characters are not allowed" if FORBIDDEN.search(text) else "invalid text"
    line = error.problem_mark.line if error.problem_mark else 0
    if line:
        line += isinstance(error, ScannerError)  # Upstream: the first line has no number, others do as counted so
    elif error.context_mark:
        line = error.context_mark.line
    return f"line {line}: {error.problem}" if line else str(error.problem)
