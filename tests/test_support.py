"""The judge of recorded answers is itself judged: what it calls equal, what it excuses, what it reports."""

from __future__ import annotations

import pytest

import support
from support import check_rows, judge, read_json, same

ROWS = [{"id": "a", "text": "1", "expect": 1}, {"id": "b", "text": "2", "expect": 2}, {"id": "other"}]


@pytest.fixture(autouse=True)
def one_exemption(monkeypatch):
    monkeypatch.setattr(support, "EXEMPT", {"file/excused": "a reason"})
    monkeypatch.setattr(support, "NO_EXEMPTIONS", False)
    monkeypatch.setattr(support, "compared", support.Counter())


@pytest.mark.parametrize(
    ("ours", "recorded"), [(True, 1), (0, False), ([1], [True]), ({"a": 1}, {"a": 2}), ([1], [1, 2]), (None, 0)]
)
def test_these_are_different(ours, recorded):
    assert not same(ours, recorded)


@pytest.mark.parametrize(("ours", "recorded"), [(2, 2.0), ((1, [2]), [1, (2,)]), ({"a": None}, {"a": None})])
def test_these_are_the_same(ours, recorded):
    assert same(ours, recorded)


def test_a_whole_number_beyond_64_bits_is_a_float():
    assert [type(number) for number in read_json("[9223372036854775807, 9223372036854775808]")] == [int, float]


def test_a_row_that_disagrees_needs_an_exemption():
    assert judge("file/row", agrees=True) == ""
    assert judge("file/row", agrees=False) == "disagrees"
    assert judge("file/excused", agrees=False) == ""


def test_an_exempt_row_may_not_begin_to_agree():
    assert "begins to agree" in judge("file/excused", agrees=True)


def test_a_variable_lifts_all_exemptions(monkeypatch):
    monkeypatch.setattr(support, "NO_EXEMPTIONS", True)
    assert judge("file/excused", agrees=False) == "disagrees"


def check(row):
    return (int(row["text"]), row["expect"]) if "text" in row else None


def test_all_rows_are_judged_before_a_test_fails():
    check_rows("file", check, ROWS, others=True)
    wrong = [{"id": "x", "text": "1", "expect": 2}, *ROWS, {"id": "y", "text": "no number", "expect": 2}]
    with pytest.raises(
        pytest.fail.Exception, match=r"2 of 4 rows\n  x: disagrees: ours 1, recorded 2\n  y: .*ValueError"
    ):
        check_rows("file", check, wrong, others=True)


def test_a_test_that_judges_no_row_fails():
    with pytest.raises(AssertionError, match="no row of file was judged"):
        check_rows("file", lambda _: None, ROWS)


def test_a_row_that_is_left_out_is_named():
    with pytest.raises(pytest.fail.Exception, match="left out, and `file/` is not in LEFT_OUT"):
        check_rows("file", check, ROWS)
