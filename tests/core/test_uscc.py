"""Unified social credit codes (domain.md §3.7)."""

import pytest

from apps.core.uscc import check_uscc, normalise_uscc


@pytest.mark.parametrize(
    "code", ["91350200776049653A", "91350200MA2YJ1XR9G", "91440101MA5CJQ4N59", "91110113MA01ADGN8R"]
)
def test_valid_codes_pass(code):
    check = check_uscc(code)
    assert (check.valid_shape, check.check_digit_ok, check.message) == (True, True, "")


def test_spaces_and_small_letters_are_forgiven():
    assert normalise_uscc(" 9135 0200 ma2yj1xr9g ") == "91350200MA2YJ1XR9G"
    assert check_uscc(" 9135 0200 ma2yj1xr9g ").check_digit_ok


def test_a_pilot_code_in_legal_use_only_warns():
    check = check_uscc("91350100M0001TGQXM")
    assert check.valid_shape
    assert not check.check_digit_ok
    assert "check character" in str(check.message)


@pytest.mark.parametrize("code", ["", "9135020077604965", "91350200776049653I", "91350200776049653A1", "业务部"])
def test_other_shapes_fail(code):
    check = check_uscc(code)
    assert (check.valid_shape, check.check_digit_ok) == (False, False)
    assert "18" in str(check.message)
