"""How the fields of a policy are read from plain data and written back: one table for both directions.

A class of `model.py` declares each field with one of the functions below (`text()`, `flag()`, `many(Rule)`, ...), which
put a reader into the metadata of the dataclass field; `node` makes a `Shape` of them, the lookup table that reading and
writing walk. Blocks that are kept as plain data have a `Shape` too, made by `Shape.plain`, so that their unknown fields
are found as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kyvernopy.policies.reading import Json, Reading, Spot

Reader: TypeAlias = "Callable[[Any, Spot, Reading], Any]"


# --- Shapes ---


class Entry:
    """One field: its attribute in the model, its name in a document, how it is read, and what stands for its absence."""

    __slots__ = ("attribute", "default", "name", "read", "schema_default", "v1_only")

    def __init__(
        self,
        attribute: str,
        name: str,
        read: Reader,
        *,
        default: Json = None,
        schema_default: Json = None,
        v1_only: bool = False,
    ) -> None:
        self.attribute = attribute
        self.name = name
        self.read = read
        self.default = default
        self.schema_default = schema_default
        self.v1_only = v1_only


class Shape:
    """The fields that an object may have; `build` gets those that are given, by attribute."""

    __slots__ = ("build", "defaults", "entries", "folded")

    def __init__(self, build: Callable[..., Any], entries: Iterable[Entry]) -> None:
        self.build = build
        self.entries = {entry.name: entry for entry in entries}
        self.folded = {name.lower(): entry for name, entry in self.entries.items()}
        self.defaults = [entry for entry in self.entries.values() if entry.schema_default is not None]

    @classmethod
    def plain(cls, schema_defaults: Mapping[str, Json] | None = None, /, **readers: Reader) -> Shape:
        """The shape of an object that stays plain data."""
        filled = schema_defaults or {}
        return cls(dict, [Entry(name, name, read, schema_default=filled.get(name)) for name, read in readers.items()])

    def read(self, value: Json, spot: Spot, reading: Reading) -> Any:
        """The object, with all that is wrong in it reported; a null is an absent field."""
        if not isinstance(value, dict):
            reading.wrong(spot, "a map", value)
            return self.build()
        found: dict[str, Any] = {}
        for name, item in value.items():
            # spec 03 §1.1: names match in any case.
            entry = self.entries.get(name) or self.folded.get(str(name).lower())
            if entry is None:
                reading.unknown((spot, name), str(name), self.entries)
            elif entry.v1_only and reading.strict and reading.v2beta1:
                reading.unknown((spot, name), str(name), (), "version `kyverno.io/v1` has it")
            elif item is not None:
                found[entry.attribute] = entry.read(item, (spot, name), reading)
        if reading.strict:
            for entry in self.defaults:
                found.setdefault(entry.attribute, entry.schema_default)
        return self.build(**found)


class Node:
    """What the classes of the model share: construction, comparison, a short `repr`, the way back to plain data.

    Written once here and not generated for each class: `dataclass` alone takes a millisecond a class, at each start.
    """

    __slots__ = ()
    SHAPE: ClassVar[Shape]

    def __init__(self, **given: Any) -> None:
        for entry in self.SHAPE.entries.values():
            object.__setattr__(self, entry.attribute, given.pop(entry.attribute, entry.default))
        if given:
            message = f"{type(self).__name__} has no field `{next(iter(given))}`"
            raise TypeError(message)

    def __setattr__(self, name: str, value: object) -> None:
        message = f"cannot assign to `{name}`: {type(self).__name__} is frozen"
        raise AttributeError(message)

    def given(self) -> list[tuple[Entry, Any]]:
        """The fields that are not at their default."""
        values = [(entry, getattr(self, entry.attribute)) for entry in self.SHAPE.entries.values()]
        return [(entry, value) for entry, value in values if value is not entry.default and value != entry.default]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, under canonical names, without what is absent."""
        return {entry.name: to_plain(value) for entry, value in self.given()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node) or type(self) is not type(other):
            return NotImplemented
        attributes = (entry.attribute for entry in self.SHAPE.entries.values())
        return all(getattr(self, name) == getattr(other, name) for name in attributes)

    def __hash__(self) -> int:
        # The JSON inside has no hash; which fields are given tells most nodes apart.
        return hash((type(self), *(entry.attribute for entry, _ in self.given())))

    def __repr__(self) -> str:
        fields = ", ".join(f"{entry.attribute}={value!r}" for entry, value in self.given())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuild, (type(self), {entry.attribute: value for entry, value in self.given()})


N = TypeVar("N", bound=Node)


def rebuild(cls: type[N], given: dict[str, Any]) -> N:
    """A node from its fields, for pickle."""
    return cls(**given)


def to_plain(value: Any) -> Json:
    """A value of a field as plain data; what is JSON already is shared, not copied."""
    if isinstance(value, Node):
        return value.to_dict()
    return [to_plain(item) for item in value] if isinstance(value, tuple) else value


def node(*, frozen: Literal[True]) -> Callable[[type[N]], type[N]]:  # noqa: ARG001  a type checker wants to read it
    """What stands for `dataclass(frozen=True)` in the model: it adds the `SHAPE`, and leaves all methods to `Node`."""
    make = dataclass(init=False, repr=False, eq=False, match_args=False, slots=True)
    return lambda cls: shaped(make(cls))


def shaped(cls: type[N]) -> type[N]:
    """Give a dataclass its `SHAPE`, made from the metadata of its fields."""
    entries = [
        Entry(name, about.metadata["name"] or camel_case(name), default=about.default, **about.metadata["entry"])
        for name, about in cls.__dataclass_fields__.items()  # type: ignore[attr-defined]  # each is a dataclass
    ]
    cls.SHAPE = Shape(cls, entries)
    return cls


def camel_case(attribute: str) -> str:
    """`any_pattern` as a document spells it: `anyPattern`."""
    first, *others = attribute.split("_")
    return first + "".join(word.capitalize() for word in others)


# --- Readers ---


def read_raw(value: Json, _spot: Spot, _reading: Reading) -> Json:
    """Any JSON, as it stands."""
    return value


def read_text(value: Json, spot: Spot, reading: Reading) -> str:
    """A string; a number or a boolean is not taken for one, as the schema does not take it."""
    if isinstance(value, str):
        return value
    reading.wrong(spot, "a string", value)
    return ""


def read_flag(value: Json, spot: Spot, reading: Reading) -> bool:
    """A boolean."""
    if isinstance(value, bool):
        return value
    reading.wrong(spot, "a boolean", value)
    return False


def read_number(value: Json, spot: Spot, reading: Reading) -> int:
    """A whole number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return int(value)
    reading.wrong(spot, "a whole number", value)
    return 0


def one_of(*allowed: str) -> Reader:
    """A string that the schema allows; without a schema every string will do."""

    def read(value: Json, spot: Spot, reading: Reading) -> str:
        word = read_text(value, spot, reading)
        if reading.strict and isinstance(value, str) and word not in allowed:
            reading.unlisted(spot, word, allowed)
        return word

    return read


def items_of(read_item: Reader, build: Callable[[Iterable[Any]], Any] = list) -> Reader:
    """A list of such values."""

    def read(value: Json, spot: Spot, reading: Reading) -> Any:
        if isinstance(value, list | tuple):
            return build([read_item(item, (spot, index), reading) for index, item in enumerate(value)])
        reading.wrong(spot, "a list", value)
        return build(())

    return read


def map_of(read_item: Reader) -> Reader:
    """A map from any names to such values."""

    def read(value: Json, spot: Spot, reading: Reading) -> dict[str, Any]:
        if isinstance(value, dict):
            return {str(name): read_item(item, (spot, name), reading) for name, item in value.items()}
        reading.wrong(spot, "a map", value)
        return {}

    return read


# --- Fields of dataclasses ---


def declared(read: Reader, default: Json = None, *, name: str = "", **entry: Any) -> Any:
    """A field of a dataclass of the model."""
    return field(default=default, metadata={"name": name, "entry": {"read": read, **entry}})


def raw(**options: Any) -> Any:
    """A field with any JSON; None is absence, since a null counts as absent."""
    return declared(read_raw, **options)


def text(*allowed: str, **options: Any) -> Any:
    """A field with a string, one of those allowed if any are named; empty if absent."""
    return declared(one_of(*allowed) if allowed else read_text, "", **options)


def flag(*, default: bool | None = None, **options: Any) -> Any:
    """A field with a boolean; None is absence unless absence means false to Kyverno as well."""
    return declared(read_flag, default, **options)


def number(**options: Any) -> Any:
    """A field with a whole number; None if absent."""
    return declared(read_number, **options)


def plain(shape: Shape, **options: Any) -> Any:
    """A field with an object that stays plain data; None if absent."""
    return declared(shape.read, **options)


def many(item: Reader | type[Node], default: tuple[()] | None = (), **options: Any) -> Any:
    """A field with a list; absent is empty, or None where Kyverno tells the two apart."""
    read = cast("type[Node]", item).SHAPE.read if isinstance(item, type) else item
    return declared(items_of(read, tuple), default, **options)


def one(cls: type[Node], default: Node | None = None, **options: Any) -> Any:
    """A field with an object of the model."""
    return declared(cls.SHAPE.read, default, **options)


def block(shape: Shape, **options: Any) -> Any:
    """A field with an object that counts as absent when nothing in it is set (spec 03 §1.2)."""
    empty = shape.build()

    def read(value: Json, spot: Spot, reading: Reading) -> Any:
        found = shape.read(value, spot, reading)
        return None if found == empty else found

    return declared(read, **options)
