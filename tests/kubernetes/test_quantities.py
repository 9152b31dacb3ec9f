"""Quantities."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.kubernetes.quantities import parse_quantity
from reference import quantities
from support import check_rows, examples

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "K", "i", "mi"]
EXPONENTS = st.builds("{}{}".format, st.sampled_from("eE"), st.integers(-20, 20) | st.integers(-(2**33), 2**33))
DIGITS = st.from_regex("[0-9]{0,7}|[0-9]{18,20}", fullmatch=True)
QUANTITIES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "", "-", "+"]),
    DIGITS,
    st.sampled_from(["", "."]),
    DIGITS,
    st.sampled_from(SUFFIXES) | EXPONENTS,
)
PIECES = ["0", "1", "9", ".", "-", "+", "n", "m", "k", "K", "E", "e", "i", "P", " ", "\u0661", "2147483648"]
NEAR_QUANTITIES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def defined(text: str) -> Decimal | None:
    """The value in nanos as the definition has it."""
    amount = quantities.parse_quantity(text)
    return None if amount is None else quantities.EXACT.scaleb(amount, 9)


def order(left, right) -> int:
    return (left > right) - (left < right)


@table(__file__, "quantities", "text", "nanos")
def test_text_is_this_quantity(text, nanos):
    assert parse_quantity(text) == (None if nanos is None else Decimal(nanos))


@given(QUANTITIES | NEAR_QUANTITIES | st.text(max_size=8))
@examples(1000)
def test_texts_parse_as_the_definition_says(text):
    assert parse_quantity(text) == defined(text)


@given(QUANTITIES, QUANTITIES)
@examples(500)
def test_any_two_quantities_compare_as_the_definition_says(left, right):
    ours, theirs = (parse_quantity(left), parse_quantity(right)), (defined(left), defined(right))
    if None not in theirs:
        assert order(*ours) == order(*theirs)


def test_common_quantities_are_integers():
    texts = ["1", "-0.5", "100m", "1.5Gi", "1e3", "9Ei", "M"]
    assert [type(parse_quantity(text)) for text in texts] == [int] * len(texts)


def test_huge_exponents_and_long_texts_compare_without_writing_out_zeros():
    huge, million = parse_quantity("1e1000000000"), parse_quantity("1" * 1_000_000)
    assert huge is not None
    assert million is not None
    assert huge > million > parse_quantity("1") > 0 > parse_quantity("-1e2147483647")
    assert parse_quantity("10e999999999") == huge < parse_quantity("1.1e1000000000")


def quantity_row(row):
    match row["op"]:
        case "compare":
            return order(parse_quantity(row["left"]), parse_quantity(row["right"])), row["expect"]
        case _ if row["valid"]:
            return parse_quantity(row["input"]), Decimal(f"{row['mantissa']}e{row['exponent10'] + 9}")
        case _:
            return parse_quantity(row["input"]), None


def test_recorded_quantities():
    check_rows("quantities", quantity_row)
