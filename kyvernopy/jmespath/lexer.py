"""The text of an expression as a list of tokens (spec 02 §2.1).

One regular expression finds all tokens. The whole text is read before the parser begins, so that a mistake in its last
character is told before one in its grammar, as upstream does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.json_text import JsonError, read_json

__all__ = ["Token", "json_value", "tokenize"]


class Token(NamedTuple):
    """A token: its kind by upstream's name, its text (that of a quoted identifier is decoded) and its column."""

    kind: str
    text: str
    column: int


_TOKENS = re.compile(
    r"""
      (?P<tUnquotedIdentifier> [A-Za-z_][A-Za-z0-9_]* )
    | [\ \t\r\n]+
    | (?P<tNumber> [-0-9][0-9]* )
    | (?P<tQuotedIdentifier> "(?:[^"\\]|\\.)*" )
    | (?P<tJSONLiteral> `(?:[^`\\]|\\.)*` )
    | (?P<tStringLiteral> '(?:[^']*\\')*[^']*(?<!\\)' )  # a backslash before a quote always protects it
    | (?P<symbol> \|\| | && | \[[?\]] | [=!<>]= | [][.*,:@&!{}()|<>=] )
    | (?P<unknown> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_SYMBOLS = {
    ".": "tDot",
    "*": "tStar",
    ",": "tComma",
    ":": "tColon",
    "@": "tCurrent",
    "&": "tExpref",
    "!": "tNot",
    "[": "tLbracket",
    "]": "tRbracket",
    "{": "tLbrace",
    "}": "tRbrace",
    "(": "tLparen",
    ")": "tRparen",
    "[]": "tFlatten",
    "[?": "tFilter",
    "|": "tPipe",
    "||": "tOr",
    "&&": "tAnd",
    "=": "tUnknown",
    "==": "tEQ",
    "!=": "tNE",
    "<": "tLT",
    "<=": "tLTE",
    ">": "tGT",
    ">=": "tGTE",
}


def tokenize(expression: str) -> list[Token]:
    """The tokens of an expression; the last one is `tEOF`."""
    tokens = []
    for found in _TOKENS.finditer(expression):
        kind = found.lastgroup
        if kind is None:  # white space
            continue
        text = found[0]
        if kind == "symbol":
            kind = _SYMBOLS[text]
        elif kind == "tQuotedIdentifier":
            text = json_value(text, expression, found.start())
        elif kind == "unknown":
            raise _no_token(text, expression, found.start())
        tokens.append(Token(kind, text, found.start()))
    tokens.append(Token("tEOF", "", len(expression)))
    return tokens


def json_value(text: str, expression: str, column: int) -> str:
    """The value of a JSON text within an expression; the message of an error is the decoder's alone."""
    try:
        return read_json(text)  # type: ignore[no-any-return]  # a text between quotes is a text
    except JsonError as error:
        raise ExpressionError(str(error), expression, column) from None


def _no_token(character: str, expression: str, column: int) -> ExpressionError:
    if character in "\"'`":  # the text ends before the delimiter comes again
        return ExpressionError(f"SyntaxError: Unclosed delimiter: {character}", expression, len(expression))
    return ExpressionError(f"SyntaxError: Unknown char: {_quoted(character)}", expression, column)


_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v", "\\": "\\\\"}


def _quoted(character: str) -> str:
    """A character as Go quotes it in ASCII (`strconv.QuoteRuneToASCII`)."""
    number = ord(character)
    if character in _NAMED or " " <= character <= "~":
        return f"'{_NAMED.get(character, character)}'"
    if number <= 0x7F:  # noqa: PLR2004  the end of ASCII
        return f"'\\x{number:02x}'"
    return f"'\\u{number:04x}'" if number <= 0xFFFF else f"'\\U{number:08x}'"  # noqa: PLR2004  the end of \u
