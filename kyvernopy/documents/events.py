"""The one module that knows PyYAML: a parser of events over a text, and what its complaints mean.

libyaml's parser is used where PyYAML was built with it, PyYAML's own otherwise; both speak the same events. They word
their complaints differently, so the texts here are ours, chosen by what the parser tripped over. Advice comes from a
look at the line itself: most broken manifests have a tab, an unquoted `{{ }}` or an unquoted `@`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml.error import MarkedYAMLError, YAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML without libyaml
    CParser = None  # type: ignore[assignment,misc]  # tested for below

__all__ = [
    "BROKEN",
    "HAS_LIBYAML",
    "Complaint",
    "complaint_about",
    "expects_document",
    "line_and_column",
    "open_events",
]

HAS_LIBYAML = CParser is not None
BROKEN = (YAMLError, UnicodeEncodeError)  # what a parser raises; the second: libyaml is handed UTF-8

_NO_DOCUMENT = ("did not find expected <document start>", "expected '<document start>'")
QUOTE_VARIABLE = 'quote the variable: "{{ ... }}"'
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"[ ]*\t")
MOST_LOOKED_AT = 500  # characters of a line; the search is quadratic in brackets without a blank
_BARE_VARIABLE = re.compile(r"""(?:^|[:\-\[,])\s*[^"'#\s]*\{\{""")


class PurePythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, without composer and constructor."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


class Complaint(NamedTuple):
    """Why a text cannot be read; lines and columns count from 0. What is not closed may have `begun` on a line before."""

    code: str
    message: str
    line: int
    column: int
    advice: str = ""
    begun: int | None = None


def open_events(text: str, *, libyaml: bool = True) -> tuple[Callable[[], Any], Callable[[], None]]:
    """A function that gives the next event of a text, and one that ends the parsing."""
    parser = CParser(text) if libyaml and HAS_LIBYAML else PurePythonParser(text)
    return parser.get_event, parser.dispose


def complaint_about(error: Exception, text: str) -> Complaint:
    """A parser's exception in our words."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _forbidden_character(text)
    # Counted here, because the parsers disagree where a text ends, and take more than `\n` for the end of a line.
    at_end = error.problem_mark.index >= len(text)
    index = len(text.rstrip()) if at_end else error.problem_mark.index
    line, column = line_and_column(text, index)
    shown = text[index - column :].split("\n", 1)[0].rstrip("\r")
    problem = error.problem or ""
    message = next((ours for words, ours in _SAYINGS if words in problem), "this is not valid YAML here")
    if at_end and message == "a value is missing":
        message = "the document ends where a value is expected"
    return Complaint("yaml-syntax", message, line, column, _advice(shown, column), _begun(message, error, text, line))


def expects_document(error: Exception) -> bool:
    """Whether the document before was whole and something else than a document follows it."""
    return isinstance(error, MarkedYAMLError) and (error.problem or "").startswith(_NO_DOCUMENT)


def _forbidden_character(text: str) -> Complaint:
    found = FORBIDDEN.search(text)
    if not found:
        return Complaint("yaml-syntax", "this is not valid YAML", 0, 0)
    line, column = line_and_column(text, found.start())
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004  how `load` keeps a byte that does not decode
        message, advice = f"the byte 0x{code - 0xDC00:02X} is not UTF-8", "save the file as UTF-8"
    else:
        message, advice = (
            f"the character U+{code:04X} is not allowed in YAML",
            "remove it, or write it as an escape in double quotes",
        )
    return Complaint("yaml-character", message, line, column, advice)


def line_and_column(text: str, index: int) -> tuple[int, int]:
    """Both count from 0."""
    return text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1


# What the parsers say, libyaml's words and PyYAML's, to what we say. The first that fits counts.
_SAYINGS = (
    ("mapping values are not allowed", "a `:` is not allowed here"),
    ("sequence entries are not allowed", "a list item is not allowed here"),
    ("block sequence entries are not allowed", "a list item is not allowed here"),
    ("mapping keys are not allowed", "a `?` is not allowed here"),
    ("',' or ']'", "expected `,` or `]`"),
    ("',' or '}'", "expected `,` or `}`"),
    ("cannot start any token", "no value can begin with this character"),
    ("unexpected end of stream", "the quote is not closed"),
    ("unexpected document", "the quote is not closed before the end of the document"),
    ("expected ':'", "expected `:` after the key"),
    ("unknown escape character", "this escape is not known in double quotes"),
    ("hexdecimal", "expected hexadecimal digits after the escape"),
    ("hexadecimal", "expected hexadecimal digits after the escape"),
    ("invalid Unicode", "this escape names no character"),
    ("undefined tag handle", "the tag handle is not defined"),
    ("duplicate", "a directive stands twice"),
    ("incompatible", "this version of YAML is not supported"),
    ("directive name", "this directive is not known"),
    ("<document start>", "expected `---` before the next document"),
    ("anchor", "the name of an anchor or alias is not valid"),
    ("alphanumeric", "the name of an anchor or alias is not valid"),
    ("alphabetic", "the name of an anchor or alias is not valid"),
    ("indentation indicator", "the indentation of the text block is not valid"),
    ("tab character", "a tab stands where indentation is expected"),
    ("comment or a line break", "only a comment may follow here"),
    ("comment or a newline", "only a comment may follow here"),
    ("expected key", "the indentation or the key is wrong here"),
    ("'-' indicator", "expected a list item `-` or less indentation"),
    ("<block end>", "the indentation or the key is wrong here"),
    ("nesting", "this is nested deeper than the parser allows"),
    ("node content", "a value is missing"),
)


def _begun(message: str, error: MarkedYAMLError, text: str, line: int) -> int | None:
    """The line where the unclosed thing began, when that is another one."""
    if error.context_mark is None or not ("not closed" in message or "expected `,`" in message):
        return None
    begun, _ = line_and_column(text, error.context_mark.index)
    return None if begun == line else begun


def _advice(shown: str, column: int) -> str:
    """What to do, guessed from the line."""
    if _TAB_INDENT.match(shown):
        return "indent with spaces; YAML does not allow tabs"
    if _BARE_VARIABLE.search(shown[:MOST_LOOKED_AT]):
        return QUOTE_VARIABLE
    if shown[column : column + 1] in {"@", "`", "%", "\t"}:
        return "put the value in quotes"
    if shown.count(": ") > 1:
        return "put a value that holds `: ` in quotes"
    return ""
