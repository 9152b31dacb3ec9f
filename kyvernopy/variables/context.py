"""The JSON context: the tree of data that variables are looked up in, and its scopes (spec 02 §4).

Nothing nested in the tree is ever modified: a change makes new what lies on its path. A resource is put in as it is,
and a checkpoint copies the top level alone. Values that cost something to obtain are deferred (`deferred.py`) and cost
nothing until a query mentions them. The one exception is `sort_by`, which upstream sorts the context in place: before
the first of them, the context copies its data and owns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import trim
from kyvernopy.jmespath.values import OpaqueInt, copied
from kyvernopy.variables.deferred import Deferrals, Mention
from kyvernopy.variables.paths import merged, split_key
from kyvernopy.variables.stored import EntrySizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.variables.deferred import Load
    from kyvernopy.variables.entries import Entry

__all__ = ["Context", "QueryError", "is_absent", "service_account"]

SERVICE_ACCOUNT = len("system:serviceaccount:")


def service_account(username: str) -> dict[str, str]:
    """The name and namespace of a service account as variables; empty for other users."""
    # Upstream: the prefix is counted, not read.
    namespace, *rest = username[SERVICE_ACCOUNT:].split(":")
    return {"serviceAccountName": rest[0] if rest else "", "serviceAccountNamespace": namespace if rest else ""}


class QueryError(ExpressionError):
    """A query of the context that fails; `help` says what could be missing, where that is known."""

    def __init__(self, message: str, expression: str = "", column: int | None = None, help: str = "") -> None:  # noqa: A002  as in `Finding`
        super().__init__(message, expression, column)
        self.args = (message, expression, column, help)
        self.help = help


def is_absent(error: ExpressionError) -> bool:
    """Whether the cause is a missing key. Upstream: it looks for these words, wherever in the text they stand."""
    return "Unknown key" in error.message


class Context:
    """Data by name, with scopes: `checkpoint` opens one, `reset` empties it, `restore` closes it."""

    __slots__ = (
        "_checkpoints",
        "_deferrals",
        "_limit",
        "_operation",
        "_owned",
        "_sizes",
        "_skipped",
        "data",
        "dialect",
    )

    def __init__(
        self,
        dialect: Dialect,
        data: Mapping[str, Any] | None = None,
        *,
        operation: str = "",
        context_size: int | None = None,
    ) -> None:
        self.dialect = dialect
        self.data: dict[str, Any] = dict(data) if data else {}
        self._operation = operation
        self._limit = context_size
        self._sizes: EntrySizes | None = None
        self._owned = False
        self._checkpoints: list[dict[str, Any]] = []
        self._deferrals: Deferrals | None = None
        self._skipped: list[Entry] | None = None

    def __repr__(self) -> str:
        return f"<Context {' '.join(self.data)}>"

    def fork(self) -> Context:
        """A context of its own that begins as this one is now; the values that were fetched are shared."""
        other = Context(self.dialect, self.data, operation=self._operation, context_size=self._limit)
        other._continue(self)
        return other

    def _continue(self, other: Context) -> None:
        self._checkpoints = other._checkpoints.copy()
        self._skipped = other._skipped
        self._sizes = other._sizes and other._sizes.fork()
        self._deferrals = other._deferrals and other._deferrals.fork()

    # --- Queries ---

    def query(self, query: str | Expression) -> Any:
        """The value of an expression; what it mentions is loaded first. Raises `QueryError`."""
        if self._deferrals is not None:
            text = query if isinstance(query, str) else query.text
            self._deferrals.load_mentioned(self, text, len(self._checkpoints))
        expression = self._compile(query) if isinstance(query, str) else query
        try:
            if not expression.sorts:
                return expression.search(self.data)
            self._own()
            return expression.evaluate(self.data)
        except ExpressionError as error:
            raise self._failure(expression, error) from None

    def load_mentioned(self, text: str) -> None:
        """Load the entries that a text mentions, without a query."""
        if self._deferrals is not None:
            self._deferrals.load_mentioned(self, text, len(self._checkpoints))

    def _compile(self, text: str) -> Expression:
        text = trim(text)
        if not text:
            raise QueryError("invalid query (nil)")
        try:
            return self.dialect.compile(text)
        except ExpressionError as error:
            raise QueryError(f"incorrect query {text}: {error}", error.expression, error.column) from None

    def _own(self) -> None:
        """Make the data the context's own, so that sorting in place shows in nobody else's."""
        if not self._owned:
            self.data = copied(self.data)
            self._owned = True

    def _failure(self, expression: Expression, error: ExpressionError) -> QueryError:
        text = expression.text
        reasons = [skipped.unavailable for skipped in self._skipped or () if skipped.mention(text)]
        return QueryError(f"JMESPath query failed: {error}", text, error.column, "; ".join(reasons))

    def query_operation(self) -> str:
        """The operation of the request, whatever an entry called `request` may say."""
        if self._operation:
            return self._operation
        request = self.data.get("request")
        operation = request.get("operation") if isinstance(request, dict) else None
        return operation if isinstance(operation, str) else ""

    # --- Scopes ---

    def checkpoint(self) -> None:
        """Open a scope: remember the data as it is."""
        self._checkpoints.append(self.data)
        self.data = self.data.copy()
        self._owned = False

    def reset(self) -> None:
        """Back to the data at the last checkpoint, which is kept."""
        if self._checkpoints:
            self.data = self._checkpoints[-1].copy()
            self._settle(restoring=False)

    def restore(self) -> None:
        """Back to the data at the last checkpoint, which is given up."""
        if self._checkpoints:
            self.data = self._checkpoints.pop()
            self._settle(restoring=True)

    def _settle(self, *, restoring: bool) -> None:
        self._owned = False
        if self._deferrals is not None:
            self._deferrals.settle(self, len(self._checkpoints), restoring=restoring)

    # --- Deferred values ---

    def defer(self, name: str | Mention, load: Load) -> None:
        """Call `load(context)`, which puts the value in, when a query first mentions the name."""
        if self._deferrals is None:
            self._deferrals = Deferrals()
        self._deferrals.add(Mention(name) if isinstance(name, str) else name, load, len(self._checkpoints))

    def declare(self, entries: Iterable[Entry]) -> None:
        """Defer the context entries of a rule; one without its provider is passed over, as upstream does."""
        for entry in entries:
            if entry.broken:
                raise QueryError(entry.broken)
            if entry.unavailable:
                self._skipped = [*(self._skipped or ()), entry]
            else:
                self.defer(entry.mention, entry.start())

    # --- The request ---

    def set_object(self, new: Any) -> None:
        """Set `request.object`."""
        self._set_in_request(object=new)

    def set_operation(self, operation: str) -> None:
        """Set the operation."""
        self._operation = operation
        self._set_in_request(operation=operation)

    def set_target(self, target: Any) -> None:
        """Set `target`, the resource that a rule for existing resources changes."""
        self._set("target", target)

    # --- Values ---

    def add_variable(self, key: str, value: Any) -> None:
        """Merge a value at a dotted key, such as `metadata.labels."a.b/c"`."""
        for part in reversed(split_key(key)):
            value = {part: value}
        self.data = merged(self.data, value)
        self._owned = False

    def merge_entry(self, name: str, value: Any) -> None:
        """Merge the value of a context entry under its name."""
        value = self._stored(value)
        there = self.data.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            value = merged(there, value)
        self._set(name, value)

    def replace_entry(self, name: str, value: Any) -> None:
        """Set the value of a context entry."""
        self._set(name, self._stored(value))

    def add_element(self, element: Any, index: int, nesting: int) -> None:
        """Set the element of a foreach and its index, which is no number of JMESPath (spec 02 §1)."""
        number = OpaqueInt(index)
        self.data["element"] = self.data[f"element{nesting}"] = element
        self.data["elementIndex"] = self.data[f"elementIndex{nesting}"] = number
        self._owned = False

    def _set(self, name: str, value: Any) -> None:
        self.data[name] = value
        self._owned = False

    def _set_in_request(self, **fields: Any) -> None:
        there = self.data.get("request")
        self._set("request", {**there, **fields} if isinstance(there, dict) else fields)

    def _stored(self, value: Any) -> Any:
        """The value as plain data, counted against the limit."""
        if self._sizes is None:
            limits = self.dialect.limits
            self._sizes = EntrySizes(limits.context_size if self._limit is None else self._limit, limits.output_size)
        return self._sizes.store(value)
