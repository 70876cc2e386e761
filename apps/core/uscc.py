"""统一社会信用代码, the identity of a Chinese organisation (GB 32100-2015, domain.md §3.7)."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(rf"[{_ALPHABET}]{{18}}")


@dataclass(frozen=True)
class UsccCheck:
    """What is known about a code. Early pilot codes in legal use fail the check digit: warn, never block."""

    valid_shape: bool
    check_digit_ok: bool
    message: str | Promise


def normalise_uscc(text: str) -> str:
    """The code without spaces and hyphens, in capitals, as it is stored."""
    return re.sub(r"[\s-]+", "", text).upper()


def check_uscc(text: str) -> UsccCheck:
    """Whether `text` has the shape of a code and whether its last character agrees with the others."""
    code = normalise_uscc(text)
    if not _SHAPE.fullmatch(code):
        return UsccCheck(
            valid_shape=False,
            check_digit_ok=False,
            message=_("A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z."),
        )
    if _check_character(code) != code[-1]:
        return UsccCheck(
            valid_shape=True,
            check_digit_ok=False,
            message=_(
                "The check character does not agree with the code. Compare it with the licence before keeping it."
            ),
        )
    return UsccCheck(valid_shape=True, check_digit_ok=True, message="")


def _check_character(code: str) -> str:
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return _ALPHABET[-total % 31]
