"""What two entries of the same client have in common however they are typed: the keys duplicates are found by."""

import re
import unicodedata

_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限責任公司|有限公司|公司|集团|集團|合伙企业|合夥企業|普通合伙|特殊普通合伙|有限合伙"
    r"|incorporated|corporation|company|limited|holdings|group|corp|inc|ltd|llc|gmbh|co)$"
)
_SHORTEST = 2
_PHONE_DIGITS = 7


def name_key(name: str) -> str:
    """A name without width, case, punctuation and legal form.

    `上海 华辰（贸易）有限公司` and `上海华辰贸易有限公司` are the same; so are `Acme Trading Co., Ltd.` and
    `ACME Trading`.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    key = re.sub(r"[\W_]+", "", text)
    while True:
        shorter = _LEGAL_FORMS.sub("", key)
        if shorter == key or len(shorter) < _SHORTEST:
            return key
        key = shorter


def phone_key(phone: str) -> str:
    """The digits of a number without the country's; empty when there are too few to mean anybody."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    if digits.startswith("0086"):
        digits = digits[4:]
    elif digits.startswith("86") and len(digits) >= 12:
        digits = digits[2:]
    return digits if len(digits) >= _PHONE_DIGITS else ""


def web_address(text: str) -> str:
    """An address as it is kept: people leave out the `https://`."""
    text = text.strip()
    return text if not text or "://" in text else f"https://{text}"
