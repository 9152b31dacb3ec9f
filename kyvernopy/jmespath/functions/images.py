"""`image_normalize`: a reference to an image with its registry and tag filled in (spec 02 §5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.jmespath.functions.signature import Function, function_error

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]


def _image_normalize(run: Run, text: str) -> str:
    from kyvernopy.kubernetes.image_references import ImageError, parse_image  # noqa: PLC0415  rarely called

    try:
        return parse_image(text, run.dialect.default_registry, run.dialect.registry_mutation).reference
    except ImageError as error:
        raise function_error("image_normalize", str(error)) from None


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "image_normalize",
        _image_normalize,
        (("string",),),
        "string",
        "The whole reference to an image: its registry, or the default one, its path, and its digest or else its tag.",
        takes_run=True,
    ),
)
