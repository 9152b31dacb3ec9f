"""What a run does with changed resources: print them, write them to files, pass them on, or show what changed.

Printed and written resources are those of Kyverno (spec 08 §7.5): one for each mutate policy, in the form in which it
was judged. What is passed on, compared or written in place is the resource as the user has it, with what the rules
changed and nothing else.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Protocol

from kyvernopy.cli.flags import UsageError
from kyvernopy.documents.changes import Collision, carried, carried_all
from kyvernopy.documents.emit import emit
from kyvernopy.engine.review import is_review
from kyvernopy.errors import Finding
from kyvernopy.reports.table import printable
from kyvernopy.reports.text import path as shown_path
from kyvernopy.results import ResourceRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kyvernopy.cli.flags import Options
    from kyvernopy.offline.judge import Judgement, Step

    Pair = tuple[Mapping[str, Any], Mapping[str, Any]]

__all__ = ["Originals", "Sink", "changed_resources", "sinks_for"]

DONE = "\n\nMutation:\nMutation has been applied successfully."


class Sink(Protocol):
    """Something that takes what became of resources, one after the other."""

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterable[str]:
        """Take one resource; gives what is printed about it, before the results."""

    def end(self) -> Iterable[str | Finding]:
        """The end of the run; gives what is still to be printed, or to be complained about."""


class Originals:
    """Resources in the form in which the user has them, by what they are judged as."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}

    def add(self, judged: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        """Remember both forms of a resource; it stays the same object, so that its identity is its name."""
        self._found[id(judged)] = judged, own

    def forget(self, judged: Mapping[str, Any]) -> None:
        """Let go of a resource."""
        self._found.pop(id(judged), None)

    def of(self, judged: Mapping[str, Any]) -> Mapping[str, Any]:
        """The form of the user; the given one if no other is known."""
        return self._found.get(id(judged), (judged, judged))[1]


def sinks_for(options: Options, originals: Originals, *, has_targets: bool) -> list[Sink]:
    """What the options of `apply` ask for; `has_targets` says whether rules change other resources."""
    sinks: list[Sink] = []
    show = None
    if options.diff:
        from kyvernopy.cli.difference import Differences  # noqa: PLC0415  rarely asked

        sinks.append(differences := Differences(originals, options))
        show = differences.text
    if options.in_place:
        from kyvernopy.cli.in_place import InPlace  # noqa: PLC0415  as above

        return [InPlace(only_check=options.check, show=show)]  # which shows the differences of files
    if options.output == "-":
        sinks.append(Passed(originals, holds=has_targets))
    elif options.output:
        sinks.append(Written(options.output))
    return sinks or [Printed(with_headings=not options.stdin)]


def changed_resources(
    judgement: Judgement, resource: Mapping[str, Any], originals: Originals
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The resource and the targets that it made rules change, in the user's form: before and after."""
    own = _start(judgement, originals.of(resource))
    yield own, _stepped(own, _steps(judgement))
    targets: dict[int, list[Pair]] = {}
    for step in judgement.steps:
        for pair in _targets(step):
            targets.setdefault(id(pair[0]), []).append(pair)
    for pairs in targets.values():
        own = originals.of(pairs[0][0])
        yield own, _stepped(own, pairs)


def _start(judgement: Judgement, own: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resource in the user's form; of a review, the object that it is about."""
    if not is_review(own):
        return own
    return judgement.steps[0].response.original if judgement.steps else judgement.resource


def _steps(judgement: Judgement) -> list[Pair]:
    """What the steps made of the resource: before and after."""
    return [(step.response.original, step.response.resource) for step in judgement.steps]


def _targets(step: Step) -> list[Pair]:
    """The targets that a step changed: before and after."""
    return list(zip(step.targets.originals, step.targets.targets, strict=True)) if step.targets else []


def _stepped(own: Mapping[str, Any], steps: Iterable[Pair]) -> Mapping[str, Any]:
    """A resource in the user's form with what changed from step to step."""
    for before, after in steps:
        own = carried(own, before, after)
    return own


def _yaml(resource: Mapping[str, Any]) -> str:
    return emit(resource, indent=4, sort_keys=True, indent_lists=True)


class Printed:
    """Resources on standard output, as Kyverno prints them for each mutate policy, matched or not."""

    def __init__(self, *, with_headings: bool) -> None:
        self._with_headings = with_headings

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG002  see Sink
        """The resource after each step, and the targets of the step."""
        for step in judgement.steps:
            patched = step.response.resource
            if self._with_headings:
                where = shown_path(ResourceRef.of(patched))
                yield printable(f"\npolicy {step.policy.name} applied to {where}:")
            yield f"\n{_yaml(patched)}\n---\n"
            targets = [after for _, after in _targets(step)]
            if targets:
                yield "patched targets: \n"
            for target in targets:
                yield f"\n{_yaml(target)}\n---\n\n"
            yield DONE

    def end(self) -> Iterator[str]:
        """Nothing."""
        return iter(())


class Written:
    """Resources in a file, or in a folder with a file for each name (spec 08 §7.5).

    A file is put in its place when the run ends, so it may be one of those that are read; in a folder files grow.
    """

    def __init__(self, output: str) -> None:
        self._output = os.path.normpath(output)
        self._is_file = self._output.endswith((".yml", ".yaml"))
        self._texts: list[str] = []
        folder = os.path.dirname(self._output) if self._is_file else self._output  # noqa: PTH120  os.path as in load
        try:
            os.makedirs(folder or ".", 0o750, exist_ok=True)  # noqa: PTH103  as above
        except OSError as error:
            raise self._failure(folder, error) from None

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG002  see Sink
        """Write what each step made, and what it made of targets."""
        for step in judgement.steps:
            patched = step.response.resource
            text = f"{_yaml(patched)}\n---\n\n" + "".join(f"{_yaml(after)}\n---\n" for _, after in _targets(step))
            if self._is_file:
                self._texts.append(text)
            else:
                # A name is any text here, and must not lead out of the folder.
                name = ResourceRef.of(patched).name.replace("/", "_").replace(os.sep, "_").replace("\0", "_")
                self._write(os.path.join(self._output, f"{name}-mutated.yaml"), "a", text)  # noqa: PTH118  as above
            yield DONE

    def end(self) -> Iterator[str]:
        """Write the file."""
        if self._is_file:
            self._write(self._output, "w", "".join(self._texts))
        return iter(())

    def _write(self, path: str, mode: str, text: str) -> None:
        try:
            with open(path, mode, encoding="utf-8", opener=_private) as file:
                file.write(text)
        except OSError as error:
            raise self._failure(path, error) from None

    def _failure(self, path: str, error: OSError) -> UsageError:
        return UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}")


def _collision(target: Mapping[str, Any], error: Collision) -> Finding:
    about = ResourceRef.of(target)
    return Finding("not-rewritable", "error", f"{about} is left as the first rule made it: {error}", about.place)


def _private(path: str, flags: int) -> int:
    """Open a file that, if it is new, only its owner reads."""
    return os.open(path, flags, 0o600)


class Passed:
    """All resources on standard output as one stream of YAML, in their order, changed or not; targets follow.

    With `holds`, for rules that change other resources, nothing is written before the end: each resource comes once.
    """

    def __init__(self, originals: Originals, *, holds: bool) -> None:
        self._originals, self._holds = originals, holds
        self._separator = ""
        self._resources: dict[int, Mapping[str, Any]] = {}  # as they are now, by their identity, which originals keep
        self._targets: dict[int, Mapping[str, Any]] = {}
        self._steps: dict[int, list[Pair]] = {}  # of targets, which may be changed more than once
        self._collisions: list[Finding] = []
        if isinstance(sys.stdout, TextIOWrapper):
            # Manifests are UTF-8 wherever they go; in another encoding a character would become another text.
            sys.stdout.reconfigure(encoding="utf-8", errors=sys.stdout.errors)

    def add(self, judgement: Judgement, resource: Mapping[str, Any]) -> Iterator[str]:
        """Write the resource at once, or hold it and the targets that were changed."""
        if not self._holds:
            (_, after), *_ = changed_resources(judgement, resource, self._originals)
            self._write(after)
            return iter(())
        key = id(resource)
        own = self._targets.pop(key, None) or _start(judgement, self._originals.of(resource))
        self._resources[key] = _stepped(own, _steps(judgement))
        for before, after in (pair for step in judgement.steps for pair in _targets(step)):
            self._change_target(before, after)
        return iter(())

    def _change_target(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        place = self._resources if id(before) in self._resources else self._targets
        own = place.get(id(before), self._originals.of(before))
        steps = self._steps.setdefault(id(before), [])
        try:
            carried_all(own, [*steps, (before, after)])
        except Collision as error:
            self._collisions.append(_collision(before, error))
        else:
            steps.append((before, after))
            place[id(before)] = carried(own, before, after)

    def end(self) -> Iterator[str | Finding]:
        """Write what was held; the complaints about what could not be put together."""
        for own in (*self._resources.values(), *self._targets.values()):
            self._write(own)
        return iter(self._collisions)

    def _write(self, resource: Mapping[str, Any]) -> None:
        sys.stdout.write(f"{self._separator}{emit(resource)}")
        self._separator = "---\n"
