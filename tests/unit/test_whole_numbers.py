"""The check for whole numbers: what it lets through, and the one sentence for what it doesn't."""

import pytest

from lib.errors import StudentError
from lib.whole_numbers import check_whole


class OwnError(StudentError):
    """A domain's error."""


@pytest.mark.parametrize("value", [1, 7, 10**6])
def test_whole_numbers_pass(value):
    assert check_whole("rank", value, 1, 10**6, OwnError) is None


@pytest.mark.parametrize("value", [True, 1.0, "one", None, float("nan"), 1j, [1]])
def test_what_is_no_int_is_refused(value):
    with pytest.raises(OwnError, match=r"^rank = .* must be a whole number from 1 to 1,000,000\.$"):
        check_whole("rank", value, 1, 10**6, OwnError)


def test_a_number_in_quotes_is_told_to_lose_them():
    with pytest.raises(OwnError, match=r"^rank = '8' must be a whole number from 1 to 10, without quotes\.$"):
        check_whole("rank", "8", 1, 10, OwnError)


@pytest.mark.parametrize("value", [0, -1, 10**6 + 1, 10**100])
def test_what_is_too_small_or_too_large_is_refused(value):
    with pytest.raises(OwnError, match=r"^rank = .* must lie between 1 and 1,000,000\.$") as refused:
        check_whole("rank", value, 1, 10**6, OwnError)
    assert len(str(refused.value)) < 120
