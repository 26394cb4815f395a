"""Every card of the gallery with every function: the bank takes the code once, and never for anything else."""

import pytest

from bank.books.store_sql import SqlStore
from bank.cards.gallery import GALLERY
from bank.emv.terminal import PLAIN, CodeRequest
from bank.verification import verify_code
from device.config import Config, ReaderConfig
from simulator.bench import Bench
from tests.story import Story

CODE_CARDS = [name for name, card in GALLERY.items() if card.code_application and name not in ("blocked", "declines")]
"""`blocked` and `declines` are in the bank's books, but the one takes no PIN and the other makes no code."""

FUNCTIONS = {
    "Code": ("Code PIN OK", PLAIN),
    "Défi": ("Défi 8 0 4 2 OK PIN OK", CodeRequest(challenge="8042")),
    "Signer": ("Signer 1 2 3 4 5 OK 9 8 7 6 5 4 3 2 OK PIN OK", CodeRequest(amount=12345, account="98765432")),
    "Données": ("Signer Signer PIN OK 1 2 3 4 OK 5 6 OK OK", CodeRequest(data=("1234", "56"))),
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("card", CODE_CARDS)
def test_the_bank_takes_the_code_once(bank: SqlStore, card: str, function: str) -> None:
    keys, request = FUNCTIONS[function]
    reader = Story(Bench(Config(reader=ReaderConfig(pin_digits=(4, 12)))))
    reader.insert(card)
    reader.press(keys.replace("PIN", " ".join(GALLERY[card].pin)))
    assert reader.shows_a_code()
    code = reader.bench.shown_code()
    assert verify_code(bank, card, code, request).accepted
    assert not verify_code(bank, card, code, request).accepted


@pytest.mark.parametrize("card", [name for name in GALLERY if name not in CODE_CARDS])
def test_any_other_card_gets_an_answer_and_no_code(card: str) -> None:
    reader = Story()
    reader.insert(card)
    reader.press("Code 1 2 3 4 OK")
    assert not reader.shows_a_code()
    assert reader.bench.shown_text().startswith(("CARTE", "ERREUR CARTE", "SERVICE BLOQUÉ"))
