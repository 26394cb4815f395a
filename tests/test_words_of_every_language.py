"""What one language has a word for every other one has, too: a page in it would fail, or be silent, where one lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from bank.contracts.words import list_contract_words
from bank.web.acs.words import list_acs_words
from bank.web.app.words import list_app_words
from bank.web.branch.securpass.words import list_securpass_desk_words
from bank.web.branch.words import list_branch_languages
from bank.web.coopanet.cash.words import list_cash_words
from bank.web.coopanet.security.words import list_security_words
from bank.web.coopanet.space.kinds.words import list_kind_words
from bank.web.coopanet.space.words import list_space_words
from bank.web.coopanet.words import list_languages
from bank.web.est.words import list_est_words
from bank.web.sogecash.words import list_sogecash_words
from merchant.words import list_shop_words
from simulator.words import LANGUAGES

HOUSES: Mapping[str, Mapping[str, object]] = {
    "simulator": LANGUAGES,
    "coopanet": list_languages(),
    "space": list_space_words(),
    "branch": list_branch_languages(),
    "branch, Sécur'Pass": list_securpass_desk_words(),
    "app": list_app_words(),
    "acs": list_acs_words(),
    "cash": list_cash_words(),
    "security": list_security_words(),
    "kinds": list_kind_words(),
    "contracts": list_contract_words(),
    "est": list_est_words(),
    "sogecash": list_sogecash_words(),
    "shop": list_shop_words(),
}


FALLING_BACK = {".page.legends", ".verbs", ".events"}
"""What is not in them is said as it is: English in English."""


def tables(words: object, where: str) -> Iterator[tuple[str, Mapping[object, object]]]:
    """Every table of words in these, by where it stands."""
    if isinstance(words, Mapping):
        yield where, words
        for key, value in words.items():
            yield from tables(value, f"{where}[{key}]")
    elif is_dataclass(words):
        for each in fields(words):
            yield from tables(getattr(words, each.name), f"{where}.{each.name}")


@pytest.mark.parametrize("house", HOUSES)
def test_every_table_of_words_has_the_same_rows_in_every_language(house: str) -> None:
    first, *others = (
        {where: set(table) for where, table in tables(words, "") if where not in FALLING_BACK}
        for words in HOUSES[house].values()
    )
    assert others
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customers_sheet_has_the_same_steps_in_every_language(language: str) -> None:
    """The same keys in the same order, beside the same screens."""
    first, sheet = (each.sheet for each in (next(iter(LANGUAGES.values())), LANGUAGES[language]))
    for one, other in ((first.make, sheet.make), (first.enter, sheet.enter)):
        assert [(step.screen, step.key) for step in one] == [(step.screen, step.key) for step in other]
        assert all(step.text for step in other)
    assert len(first.know) == len(sheet.know)
    assert [step.key for step in sheet.make if step.key] == ["key-code.svg", "key-ok.svg"]
