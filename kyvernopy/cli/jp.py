"""`kyvernopy jp`: try expressions in Kyverno's dialect of JMESPath (spec 08 §13).

`query` evaluates, `parse` shows the syntax tree, `function` lists what there is to call. Output is Kyverno's; below an
error stands, on standard error, the expression with a mark at the place of the mistake.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import say
from kyvernopy.cli.flags import Flags, UsageError
from kyvernopy.errors import DocumentError, ExpressionError, KyvernopyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.cli.flags import Options
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.functions.signature import Function

__all__ = ["jp"]

HELP = """Try expressions in Kyverno's dialect of JMESPath.

Usage:
  kyvernopy jp COMMAND [flags]

Commands:
  query      Evaluate expressions over an input object
  parse      Show the syntax tree of expressions
  function   List functions

Use "kyvernopy jp COMMAND --help" for what a command takes.
"""


def jp(arguments: list[str]) -> int:
    """Run the command; returns its exit status. Raises `UsageError`."""
    command, *rest = arguments or ["help"]
    if command in ("help", "--help", "-h"):
        sys.stdout.write(HELP)
        return 0
    commands = {"query": _query, "parse": _parse, "function": _function}
    if command not in commands:
        what = "flag: " + command.partition("=")[0] if command.startswith("-") else f'command "{command}" for "jp"'
        raise UsageError(f"unknown {what}")
    return commands[command](rest)


# --- query ---


def _query(arguments: list[str]) -> int:
    flags = Flags("jp query", "Evaluate expressions over an input object.", "[QUERY]...")
    flags.switch("-c", "--compact", help="print JSON on one line")
    flags.switch("-u", "--unquoted", help="print a string without quotes")
    flags.text("-i", "--input", help="a YAML or JSON file with the input object, instead of standard input")
    flags.texts("-q", "--query", help="files with expressions")
    options = flags.parse(arguments)
    if options is None:
        return 0
    queries = [*options.arguments, *map(_text_of, options.query)]
    data = _input(options.input) if options.input else None
    if not queries and data is None:
        raise UsageError("at least one query or input object is required")
    if not queries:
        queries = [_asked("a jmespath expression")]
    if data is None:
        data = _parsed(_asked("input object"), "-")
    for query in queries:
        result = _evaluated(query, data)
        sys.stdout.write(f"# {query}\n{_shown(result, options)}\n")
    return 0


def _asked(what: str) -> str:
    """What standard input has; Kyverno asks for it, also where nobody reads that."""
    sys.stdout.write(f"Reading from terminal input.\nEnter {what} and hit Ctrl+D.\n")
    sys.stdout.flush()
    text = sys.stdin.read()
    return text.rstrip("\n") if what.endswith("expression") else text


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  pathlib is slow to import
            return file.read().rstrip("\n")
    except OSError as error:
        raise UsageError(f"failed open file {path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"failed read file {path}: {error}") from None


def _input(path: str) -> Any:
    return _parsed(_text_of(path), path)


def _parsed(text: str, name: str) -> Any:
    """The first document of a text; null where there is none."""
    from kyvernopy.documents.read import read_documents  # noqa: PLC0415  not every command reads one

    document = next(read_documents(text, name, keep_empty=True), None)
    if isinstance(document, DocumentError):
        raise UsageError(f"error parsing input json: {document}")
    return document.value if document else None


def _dialect() -> Dialect:
    from kyvernopy.cli.providers import real_providers  # noqa: PLC0415  as above
    from kyvernopy.jmespath.dialect import Dialect  # noqa: PLC0415  as above

    return Dialect(providers=real_providers())


def _evaluated(query: str, data: Any) -> Any:
    try:
        expression = _dialect().compile(query)
    except ExpressionError as error:
        raise _failure(f"failed to compile JMESPath: {query}, error: {error}", error) from None
    except KyvernopyError as error:
        raise UsageError(f"failed to compile JMESPath: {error}") from None
    try:
        return expression.search(data)
    except ExpressionError as error:
        raise _failure(f"error evaluating JMESPath expression: {error}", error) from None
    except KyvernopyError as error:
        raise UsageError(f"error evaluating JMESPath expression: {error}") from None


def _failure(message: str, error: ExpressionError) -> UsageError:
    """The message with what Kyverno does not say: where, and which function was perhaps meant."""
    nearest = getattr(error, "nearest", "")
    hint = f" (did you mean `{nearest}`?)" if nearest else ""
    return UsageError("\n".join(filter(None, [message + hint, error.caret])))


def _shown(value: Any, options: Options) -> str:
    from kyvernopy.jmespath.values import json_text  # noqa: PLC0415  as above

    if options.unquoted and isinstance(value, str):
        return value
    try:
        return json_text(value) if options.compact else _indented(value)
    except KyvernopyError as error:
        raise UsageError(f"error marshalling result to JSON: {error}") from None


def _indented(value: Any, margin: str = "\n") -> str:
    """JSON with two blanks a level and sorted keys; scalars and keys as in compact JSON."""
    from kyvernopy.jmespath.values import json_text, sorted_keys  # noqa: PLC0415  as above

    inner = margin + "  "
    if isinstance(value, dict) and value:
        members = (f"{json_text(key)}: {_indented(value[key], inner)}" for key in sorted_keys(value))
        return f"{{{inner}{(',' + inner).join(members)}{margin}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{(',' + inner).join(_indented(item, inner) for item in value)}{margin}]"
    return json_text(value)


# --- parse ---


def _parse(arguments: list[str]) -> int:
    flags = Flags("jp parse", "Show the syntax tree of expressions.", "[EXPRESSION]...")
    flags.texts("-f", "--file", help="files with expressions")
    options = flags.parse(arguments)
    if options is None:
        return 0
    expressions = [*options.arguments, *map(_text_of, options.file)] or [_asked("a jmespath expression")]
    for expression in expressions:
        sys.stdout.write(f"# {expression}\n{_tree(expression)}\n")
    return 0


def _tree(expression: str) -> str:
    from kyvernopy.cli.syntax_tree import syntax_tree  # noqa: PLC0415  as above
    from kyvernopy.jmespath.parse import parse  # noqa: PLC0415  as above

    try:
        return syntax_tree(parse(expression))
    except ExpressionError as error:
        raise _failure(str(error), error) from None
    except KyvernopyError as error:
        raise UsageError(str(error)) from None


# --- function ---


def _function(arguments: list[str]) -> int:
    flags = Flags("jp function", "List functions.", "[NAME]...")
    options = flags.parse(arguments)
    if options is None:
        return 0
    for function in sorted(_listed(options.arguments), key=lambda function: function.signature):
        note = f"  Note:      {function.note}\n" if function.note else ""
        sys.stdout.write(f"Name: {function.name}\n  Signature: {function.signature}\n{note}\n")
    return 0


def _listed(names: list[str]) -> Iterable[Function]:
    """Kyverno's functions, or those of these names; those of JMESPath itself only when they are named."""
    from kyvernopy.jmespath.errors import nearest  # noqa: PLC0415  as above
    from kyvernopy.jmespath.functions import BUILTIN  # noqa: PLC0415  as above
    from kyvernopy.jmespath.functions.base import FUNCTIONS  # noqa: PLC0415  as above

    for name in names:
        if name not in BUILTIN:
            meant = nearest(name, BUILTIN)
            say(f"warning: there is no function `{name}`" + (f" (did you mean `{meant}`?)" if meant else ""))
    of_jmespath = set(map(id, FUNCTIONS))
    return [
        function
        for function in BUILTIN.values()
        if (function.name in names if names else id(function) not in of_jmespath)
    ]
