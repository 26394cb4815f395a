"""What the wallet says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from merchant.cards import CardSlip
from merchant.wallet.books import WalletMaker, WishState


@dataclass(frozen=True, slots=True)
class WalletWords:
    """All sentences of one language. `states`: heading and sentence for each; `refusals`: by the bank's word."""

    language: str
    name: str
    demonstration: str
    skip: str
    title: str
    empty: str
    held: str
    waits: str
    add: str
    add_title: str
    add_intro: str
    maker: str
    makers: Mapping[WalletMaker, str]
    number: str
    number_hint: str
    expires: str
    expires_hint: str
    value: str
    value_hint: str
    ask: str
    mistakes: str
    slips: Mapping[CardSlip, str]
    refusals: Mapping[str, str]
    away: str
    states: Mapping[WishState, tuple[str, str]]
    match: str
    reload: str
    back: str
    stands_for: str
    missing_title: str
    missing: str
    broken_title: str
    broken: str
