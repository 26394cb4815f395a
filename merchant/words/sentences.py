"""What the shop says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from merchant.books import OrderState
from merchant.cards import CardSlip


@dataclass(frozen=True, slots=True)
class ShopWords:
    """All sentences of the shop in one language. `goods`: name and description by code. `outcomes`: heading and
    sentence for each end of an order. `amount`: how one is written, with `{whole}` and `{cents}`."""

    language: str
    name: str
    decimal: str
    amount: str
    shop: str
    demonstration: str
    skip: str
    tagline: str
    intro: str
    goods: Mapping[str, tuple[str, str]]
    add: str
    added: str
    basket: str
    basket_count: str
    basket_empty: str
    basket_kept: str
    count: str
    change: str
    take_out: str
    total: str
    go_to_pay: str
    go_on_shopping: str
    checkout: str
    checkout_intro: str
    card: str
    number: str
    number_hint: str
    expires: str
    expires_hint: str
    value: str
    value_hint: str
    pay: str
    nothing_kept: str
    mistakes: str
    slips: Mapping[CardSlip, str]
    card_unknown: str
    bank_away: str
    order: str
    challenge: str
    challenge_intro: str
    frame_title: str
    to_the_bank: str
    whole_page: str
    give_up: str
    waiting: str
    waiting_intro: str
    reload: str
    outcomes: Mapping[OrderState, tuple[str, str]]
    back_to_basket: str
    try_again: str
    leaving: str
    leave: str
    missing_title: str
    missing: str
    broken_title: str
    broken: str
