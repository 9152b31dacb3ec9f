"""What functions ask of the world: a provider, or an error that names the one that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import KyvernopyError
from kyvernopy.jmespath.functions.signature import function_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.run import Run

__all__ = ["provider_of"]


def provider_of(run: Run, function: str, name: str, is_answer: Callable[..., bool]) -> Callable[..., Any]:
    """The provider of this name, whose failures become errors of the function.

    So do answers that are none: `is_answer` is asked about the answer and the question.
    """
    provider = getattr(run.providers, name)
    if provider is None:
        raise function_error(function, f"it needs the provider `{name}`, and none is given")

    def ask(*question: Any) -> Any:
        try:
            answer = provider(*question)
        except KyvernopyError:
            raise
        except Exception as error:  # code of a user may raise anything, and an expression has only errors
            raise function_error(function, f"the provider `{name}` failed: {error or type(error).__name__}") from error
        if not is_answer(answer, *question):
            raise function_error(function, f"the provider `{name}` gave what is no answer: {answer!r:.100}")
        return answer

    return ask
