"""Money: always Decimal, rounded half up at the line, never float."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")
_SECTION = 10_000
_LARGEST = _SECTION ** len(_SECTIONS)


def quantize(amount: Decimal | int | str) -> Decimal:
    """The amount in whole cents, rounded half up as accountants do; a float is a programming error."""
    if isinstance(amount, float):
        raise TypeError("Money is never a float.")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP) + 0  # minus nothing is nothing


def format_money(amount: Decimal | int | str | None, symbol: str = "¥") -> str:
    """`¥12,345.60` as every page, workbook note and mail shows it; nothing for no amount."""
    if amount is None:
        return ""
    cents = quantize(amount)
    return f"-{symbol}{-cents:,}" if cents < 0 else f"{symbol}{cents:,}"


def in_capitals(amount: Decimal | int | str) -> str:
    """The amount in formal Chinese numerals (大写) as the central bank's rules for payment papers ask for.

    Whole yuan end with 整, a 分 never does, and a 零 stands before 角 or 分 where a place in between is empty.
    """
    cents = int(quantize(amount) * 100)
    sign = "负" if cents < 0 else ""
    yuan, rest = divmod(abs(cents), 100)
    if yuan >= _LARGEST:
        raise ValueError("This amount is too large to be written in capitals.")
    text = f"{_integer_in_capitals(yuan)}元" if yuan else ""
    if rest == 0:
        return f"人民币{sign}{text or '零元'}整"
    return f"人民币{sign}{text}{_cents_in_capitals(yuan, rest)}"


def _cents_in_capitals(yuan: int, rest: int) -> str:
    jiao, fen = divmod(rest, 10)
    gap = "零" if yuan and (jiao == 0 or yuan % 10 == 0) else ""
    return gap + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "")


def _integer_in_capitals(number: int) -> str:
    sections = []
    while number:
        number, section = divmod(number, _SECTION)
        sections.append(section)
    text = ""
    gap = False
    for power in range(len(sections) - 1, -1, -1):
        section = sections[power]
        if not section:
            gap = bool(text)
            continue
        if text and (gap or section < _SECTION // 10):
            text += "零"
        text += _section_in_capitals(section) + _SECTIONS[power]
        gap = False
    return text


def _section_in_capitals(section: int) -> str:
    text = ""
    for power in range(3, -1, -1):
        digit = section // 10**power % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[power]
        elif text and section % 10**power and not text.endswith("零"):
            text += "零"
    return text
