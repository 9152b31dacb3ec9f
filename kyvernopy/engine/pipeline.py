"""The whole way of a request: mutate rules first, then validate rules on what they made of it (spec 08 §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.response import Response

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.response import MutateResponse

__all__ = ["PipelineResponse"]


class PipelineResponse(Response):
    """What all policies say about one resource, in the order of admission. Read-only; `resource` is the patched one."""

    __slots__ = ("mutated", "validated")

    def __init__(self, mutated: MutateResponse, validated: Response) -> None:
        super().__init__((*mutated.results, *validated.results), mutated.resource, fails_closed=False)
        self.mutated = mutated
        self.validated = validated

    @property
    def patches(self) -> list[dict[str, Any]]:
        """What makes the patched resource of the original one, as operations of JSON Patch (RFC 6902)."""
        return self.mutated.patches

    @property
    def allowed(self) -> bool:
        """Whether both steps let the request go on."""
        return self.mutated.allowed and self.validated.allowed

    @property
    def blocked_message(self) -> str:
        """What a blocked request is told, by the first step that blocks it."""
        return self.mutated.blocked_message or self.validated.blocked_message

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an allowed request is warned of, by both steps."""
        return (*self.mutated.warnings, *self.validated.warnings) if self.allowed else ()

    def __reduce__(self) -> tuple[Any, ...]:
        return PipelineResponse, (self.mutated, self.validated)
