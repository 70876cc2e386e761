"""Amounts as they are rounded, shown and written in capitals (domain.md §3.6)."""

from decimal import Decimal

import pytest

from apps.core.money import format_money, in_capitals, quantize


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("0.004", "0.00"), ("2.675", "2.68"), ("-2.675", "-2.68"), (7, "7.00"), ("1e3", "1000.00")],
)
def test_amounts_are_rounded_half_up(amount, cents):
    assert quantize(amount) == Decimal(cents)
    assert str(quantize(amount)) == cents


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        quantize(0.1)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("12345.6"), "¥12,345.60"),
        (Decimal(0), "¥0.00"),
        (Decimal("-0.004"), "¥0.00"),
        (Decimal(-1234), "-¥1,234.00"),
        (None, ""),
    ],
)
def test_money_is_shown_with_symbol_and_groups(amount, text):
    assert format_money(amount) == text


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角"),
        ("0.55", "人民币伍角伍分"),
        ("1", "人民币壹元整"),
        ("10", "人民币壹拾元整"),
        ("10.05", "人民币壹拾元零伍分"),
        ("100", "人民币壹佰元整"),
        ("1001", "人民币壹仟零壹元整"),
        ("10000", "人民币壹万元整"),
        ("10001", "人民币壹万零壹元整"),
        ("10100", "人民币壹万零壹佰元整"),
        ("101000", "人民币壹拾万壹仟元整"),
        ("1000000", "人民币壹佰万元整"),
        ("100000000", "人民币壹亿元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("100010000", "人民币壹亿零壹万元整"),
        ("100005000", "人民币壹亿零伍仟元整"),
        ("20305060708.09", "人民币贰佰零叁亿零伍佰零陆万零柒佰零捌元零玖分"),
        ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1000000000000", "人民币壹万亿元整"),
        ("-88.80", "人民币负捌拾捌元捌角"),
    ],
)
def test_capitals_follow_the_rules_of_the_central_bank(amount, capitals):
    assert in_capitals(Decimal(amount)) == capitals


def test_an_amount_beyond_all_sections_is_refused():
    with pytest.raises(ValueError, match="too large"):
        in_capitals(Decimal(10) ** 16)
