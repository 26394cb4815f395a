"""International bank account numbers: whether one is right, and how those of this bank are made.

ISO 13616: two letters of the country, two check digits, the account as the country writes it; the digits are right when
the number, its first four signs put behind and letters read as 10 to 35, leaves 1 divided by 97. A French one holds a
RIB: bank (5), branch (5), account (11), key (2), which is right when 89 x bank + 15 x branch + 3 x account + key is a
multiple of 97; its letters count A to I as 1 to 9, J to R as 1 to 9, S to Z as 2 to 9. Monaco's are made alike.
"""

import re
from collections.abc import Mapping
from typing import Final

from bank.errors import BankError

SHAPE: Final = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
NEVER: Final = frozenset({"00", "01", "99"})
"""Check digits are 98 less a remainder: 02 to 98. The remainder alone would take these for 97, 98 and 02."""
FRENCH: Final = re.compile("[A-Z]{2}[0-9]{12}[A-Z0-9]{11}[0-9]{2}")
RIB: Final = re.compile("[0-9]{10}[A-Z0-9]{11}")

FRENCH_COUNTRIES: Final = ("FR", "MC")

LENGTHS: Final[Mapping[str, int]] = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "VA": 22,
}  # fmt: skip
"""How long a number of each country of SEPA is (SWIFT's IBAN registry; the European Payments Council's list)."""

LETTERS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
"""What a letter of a RIB counts as."""

BANK: Final = "99999"
BRANCH: Final = "00001"
"""Of the demonstration: no French bank has this code."""


class IbanError(BankError):
    """What was written is no account number. The message says what is wrong, and does not repeat it."""


def parse_iban(text: str) -> str:
    """The number without spaces, in capitals. Raises IbanError."""
    number = "".join(text.split())
    number = number.upper() if number.isascii() else ""  # a dotless i and a long s would become I and S
    if not SHAPE.fullmatch(number):
        raise IbanError("an IBAN has two letters, two digits, and the account's letters and digits")
    if len(number) != LENGTHS.get(number[:2], len(number)):
        raise IbanError(f"an IBAN of {number[:2]} has {LENGTHS[number[:2]]} signs, not {len(number)}")
    if _remainder(number) != 1 or number[2:4] in NEVER:
        raise IbanError("the check digits do not fit the account: compare it sign by sign")
    if number[:2] in FRENCH_COUNTRIES and not _is_french(number):
        raise IbanError("the RIB key does not fit the account: compare it sign by sign")
    return number


def is_iban(text: str) -> bool:
    """Whether `parse_iban` takes it."""
    try:
        parse_iban(text)
    except IbanError:
        return False
    return True


def is_sepa(iban: str) -> bool:
    """Whether the account is in a country of SEPA: others have other rules and prices."""
    return iban[:2] in LENGTHS


def is_own(iban: str) -> bool:
    """Whether the account would be one of this bank's."""
    return iban.startswith("FR") and iban[4 : 4 + len(BANK)] == BANK


def make_french_iban(bank: str, branch: str, account: str) -> str:
    """The IBAN of a French account. Raises IbanError for parts of another length."""
    if (len(bank), len(branch), len(account)) != (5, 5, 11) or not RIB.fullmatch(f"{bank}{branch}{account}"):
        raise IbanError("a French account has a bank of 5, a branch of 5 and an account of 11 signs")
    rib = f"{bank}{branch}{account}{97 - _rib_sum(bank, branch, account) % 97:02d}"
    return parse_iban(f"FR{98 - _remainder(f'FR00{rib}'):02d}{rib}")


def group_iban(iban: str) -> str:
    """As people read it: in groups of four."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _remainder(number: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97


def _is_french(number: str) -> bool:
    if not FRENCH.fullmatch(number):
        return False
    return (_rib_sum(number[4:9], number[9:14], number[14:25]) + int(number[25:])) % 97 == 0


def _rib_sum(bank: str, branch: str, account: str) -> int:
    """All of the RIB but its key."""
    bank_number, branch_number, own = (int(part.translate(LETTERS)) for part in (bank, branch, account))
    return 89 * bank_number + 15 * branch_number + 3 * own
