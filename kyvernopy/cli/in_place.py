"""Changed resources written back into the files that they were read from.

What a rule changed is carried over into the text of the file, of which every other character stays as it is
(`documents.rewrite`). Nothing is written before all resources are judged. A file is replaced in one step, by a new one
beside it that takes its name; a link goes on leading to the file that it leads to.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.changes import Collision, carried_all
from kyvernopy.documents.read import Document, read_documents
from kyvernopy.documents.rewrite import rewrite
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.reports.table import printable
from kyvernopy.source import Place, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kyvernopy.offline.judge import Judgement

    # Of each document and item of a file, what changed, step by step: before and after.
    Steps = dict[tuple[int, int], list[tuple[Mapping[str, Any], Mapping[str, Any]]]]

__all__ = ["InPlace"]


class InPlace:
    """Collects what changed, and writes it at the end; with `only_check`, it only says what it would write.

    `show` makes the difference of two texts, to be printed.
    """

    def __init__(self, *, only_check: bool, show: Callable[[str, str, str, str], str] | None) -> None:
        self._only_check, self._show = only_check, show
        self._files: dict[str, Steps] = {}  # by their real paths
        self._names: dict[str, str] = {}

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterator[str]:
        """Remember what changed."""
        for step in judgement.steps:
            self._remember(resource, step.response.original, step.response.resource)
            if step.targets:
                for before, after in zip(step.targets.originals, step.targets.targets, strict=True):
                    self._remember(before, before, after)
        return iter(())

    def _remember(self, resource: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        source = resource.source if isinstance(resource, Resource) else None
        if before is after or source is None:
            return
        path = os.path.realpath(source.name)
        self._names.setdefault(path, source.name)
        self._files.setdefault(path, {}).setdefault((source.document, source.item), []).append((before, after))

    def end(self) -> Iterator[str | Finding]:
        """Write the files; a line for each, or a finding where that is not possible."""
        for path, steps in self._files.items():
            name = self._names[path]
            try:
                with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123  line ends as they are
                    text = file.read()
                written = rewrite(text, _values(text, steps), name)
                if written == text:
                    continue
                if not self._only_check:
                    _replace(path, written)
            except DocumentError as error:
                yield error.finding
            except (OSError, UnicodeError, Collision, _Unreadable) as error:
                yield _finding(name, error)
            else:
                yield (self._show(text, written, name, name) if self._show else "") + self._line(name)

    def _line(self, name: str) -> str:
        return printable(f"{'would change' if self._only_check else 'changed'}: {name}\n")


class _Unreadable(Exception):  # noqa: N818  a word for one reason
    """A document of a file that is to be changed cannot be read."""


def _finding(name: str, error: Exception) -> Finding:
    reason = "one of its documents cannot be read"  # which was told when it was read
    if isinstance(error, OSError):
        reason = (error.strerror or str(error)).lower()
    elif isinstance(error, Collision):
        reason = str(error)
    elif isinstance(error, UnicodeError):
        reason = "it is not UTF-8"
    return Finding("not-rewritable", "error", f"this cannot be changed in place: {reason}", Place(name))


def _values(text: str, steps: Steps) -> dict[int, Any]:
    """The new values of the documents of a file that change."""
    values: dict[int, Any] = {}
    for document in read_documents(text):
        if not isinstance(document, Document):
            raise _Unreadable
        number = document.source.document
        for (changed, item), pairs in steps.items():
            if changed == number:
                value = values.get(number, document.value)
                values[number] = _changed(value, item, pairs)
    return values


def _changed(value: Any, item: int, pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Any:
    """A document after all steps of it, or of one of its items if it is a list of resources."""
    own = carried_all(value if item < 0 else value["items"][item], pairs)
    if item < 0:
        return own
    items = value["items"]
    return {**value, "items": [*items[:item], own, *items[item + 1 :]]}


def _replace(path: str, text: str) -> None:
    """Give a file a new text, in one step."""
    import shutil  # noqa: PLC0415  files are written at the end of few runs
    import tempfile  # noqa: PLC0415  as above

    if not os.path.isfile(path):  # noqa: PTH113  as everywhere
        raise OSError(0, "it is no file")
    folder, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  a handle
            file.write(text)
        shutil.copymode(path, temporary)
        os.replace(temporary, path)  # noqa: PTH105  as above
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108  as above
        raise
