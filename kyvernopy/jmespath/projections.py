"""Projections: something done with each element of an array, and null dropped from what comes of it (spec 02 §2.4).

Each tells the run how many elements it visits before it begins. `each` is None where the elements themselves are asked
for, which is what many policies ask for (`containers[]`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.values import sorted_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.run import Run

__all__ = ["filtered", "flattened", "members", "projection", "sliced"]

Evaluate: TypeAlias = "Callable[[Any, Run], Any]"


def projection(left: Evaluate, each: Evaluate | None) -> Evaluate:
    """`left[*]`, and `left` may be a slice."""

    def project(value: Any, run: Run) -> list[Any] | None:
        elements = left(value, run)
        return _project(elements, each, run) if isinstance(elements, list) else None

    return project


def _project(elements: list[Any], each: Evaluate | None, run: Run) -> list[Any]:
    run.left -= len(elements)
    if run.left < 0:
        run.spend(0)
    if each is None:
        return [element for element in elements if element is not None]
    return [found for element in elements if (found := each(element, run)) is not None]


def flattened(left: Evaluate, each: Evaluate | None) -> Evaluate:
    """`left[]`: one level of arrays is merged, other elements stay."""

    def flatten(value: Any, run: Run) -> list[Any] | None:
        elements = left(value, run)
        if not isinstance(elements, list):
            return None
        for element in elements:
            if isinstance(element, list):
                return _project(_merged(elements, run), each, run)
        return _project(elements, each, run)

    return flatten


def _merged(elements: list[Any], run: Run) -> list[Any]:
    merged: list[Any] = []
    run.spend(len(elements))
    for element in elements:
        if isinstance(element, list):
            run.spend(len(element))
            merged += element
        else:
            merged.append(element)
    return merged


def filtered(left: Evaluate, condition: Evaluate, each: Evaluate | None) -> Evaluate:
    """`left[?condition]`."""

    def project(value: Any, run: Run) -> list[Any] | None:
        elements = left(value, run)
        if not isinstance(elements, list):
            return None
        run.left -= len(elements)
        if run.left < 0:
            run.spend(0)
        chosen = []
        for element in elements:
            found = condition(element, run)
            if found or (found == 0 and found is not False):  # true, or zero (spec 02 §1.1)
                chosen.append(element)
        return _project(chosen, each, run)

    return project


def members(left: Evaluate, each: Evaluate | None) -> Evaluate:
    """`left.*`, in the order of the keys.

    Upstream the order is random, and the right side is evaluated on some nulls first; neither is kept.
    """

    def project(value: Any, run: Run) -> list[Any] | None:
        found = left(value, run)
        if not isinstance(found, dict):
            return None
        return _project([found[key] for key in sorted_keys(found)], each, run)

    return project


def sliced(left: Evaluate, part: slice) -> Evaluate:
    """`left[start:stop:step]`; only an array minds a step of 0."""

    def elements_of(value: Any, run: Run) -> list[Any] | None:
        elements = left(value, run)
        if not isinstance(elements, list):
            return None
        if part.step == 0:
            raise ExpressionError("Invalid slice, step cannot be 0")
        return elements[part]

    return elements_of
