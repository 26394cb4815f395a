"""The user guide, page by page, on the whole reader."""

import pytest

from sesame_core.events import Battery
from tests.story import FIRST_CODE, Story

CUSTOMERS = pytest.mark.parametrize("card", ["bank-card", "sesame-card"])
"""Page 1 is for who has a bank card, page 2 for who has a Sésame card."""


@CUSTOMERS
def test_faites_un_premier_essai(reader: Story, card: str) -> None:
    assert reader.shows("INSÉREZ VOTRE CARTE")
    reader.insert(card)
    assert reader.shows("CHOISISSEZ FONCTION")
    reader.press("Code")
    assert reader.shows("CODE SECRET ?")
    reader.press("1 2 3 4")
    assert reader.shows("CODE SECRET ?")
    reader.press("OK")
    assert reader.shows_a_code()
    assert len(reader.bench.shown_code()) == 8


@CUSTOMERS
def test_vous_avez_35_secondes(reader: Story, card: str) -> None:
    reader.insert(card)
    reader.press(FIRST_CODE)
    shown_at = reader.bench.loop.state.since
    reader.wait(shown_at + 34_999 - reader.bench.clock.now())
    assert reader.shows_a_code()
    reader.wait(1)
    assert reader.dark()
    assert reader.bench.loop.state.code is None


@CUSTOMERS
def test_generer_un_nouveau_code_en_procedant_de_la_meme_facon(reader: Story, card: str) -> None:
    reader.insert(card)
    reader.press(FIRST_CODE)
    first = reader.bench.shown_code()
    reader.wait(35_000)
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    assert reader.bench.shown_code() != first


def test_another_code_while_the_first_is_shown(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    first = reader.bench.shown_code()
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    assert reader.bench.shown_code() != first


def test_a_wrong_pin_loses_nothing(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 9 9 9 9 OK")
    assert reader.shows("CODE FAUX")
    assert reader.shows("RESTE 2 ESSAIS")
    reader.press("9 9 9 9 OK")
    assert reader.shows("DERNIER ESSAI")
    reader.press("1 2 3 4 OK")
    assert reader.shows_a_code()


def test_three_wrong_pins_block_the_card(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 9 9 9 9 OK 9 9 9 9 OK 9 9 9 9 OK")
    assert reader.shows("CARTE BLOQUÉE")
    assert reader.shows("CONTACTEZ LA BANQUE")
    reader.pull()
    reader.insert("bank-card")
    reader.press("Code")
    assert reader.shows("CARTE BLOQUÉE")


def test_the_last_try_is_said_before_it_is_spent(reader: Story) -> None:
    reader.insert("last-try")
    reader.press("Code")
    assert reader.shows("DERNIER ESSAI")
    reader.press("1 2 3 4")
    assert reader.shows("DERNIER ESSAI")
    reader.press("OK")
    assert reader.shows_a_code()


def test_too_few_digits_are_not_sent(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 1 2 3 OK")
    assert reader.shows("4 CHIFFRES")
    reader.press("4 OK")
    assert reader.shows_a_code()


def test_a_digit_too_many_is_not_taken(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 1 2 3 4 5 OK")
    assert reader.shows_a_code()


def test_c_deletes_the_last_digit_and_then_goes_back(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 1 2 9 C 3 4 OK")
    assert reader.shows_a_code()
    reader.press("C")
    assert reader.shows("CHOISISSEZ FONCTION")
    reader.press("Code C")
    assert reader.shows("CHOISISSEZ FONCTION")


def test_digits_without_a_function_say_which_key_to_press(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("1")
    assert reader.shows("APPUYEZ SUR CODE")


@pytest.mark.parametrize("ending", ["Arrêt", "C", "Code"])
def test_keys_that_end_the_code_sooner(reader: Story, ending: str) -> None:
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    reader.press(ending)
    assert not reader.bench.shown_code()
    assert reader.bench.loop.state.code is None
    assert reader.dark() is (ending == "Arrêt")


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "OK"])
def test_no_key_prolongs_the_code(reader: Story, key: str) -> None:
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    ends_at = reader.bench.loop.state.since + 35_000
    reader.wait(30_000)
    reader.press(key)
    assert reader.shows_a_code()
    reader.wait(ends_at - reader.bench.clock.now())
    assert reader.dark()


@pytest.mark.parametrize("keys", ["", "Code", "Code 1 2", "Défi 1 2", "Signer", FIRST_CODE, "Code 9 9 9 9 OK"])
def test_pulling_the_card_is_dark_at_once(reader: Story, keys: str) -> None:
    reader.insert("bank-card")
    reader.press(keys)
    reader.pull()
    assert reader.dark()
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()


@pytest.mark.parametrize("keys", ["", "Code", "Code 1 2", "Défi 1 2", "Signer 1", "Code 9 9 9 9 OK"])
def test_no_key_for_35_seconds_is_dark(reader: Story, keys: str) -> None:
    reader.insert("bank-card")
    reader.press(keys)
    reader.wait(35_000)
    assert reader.dark()
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()


def test_a_key_wakes_it_and_arret_does_not(reader: Story) -> None:
    reader.press("Arrêt")
    assert reader.dark()
    reader.press("Arrêt")
    assert reader.dark()
    reader.press("5")
    assert reader.shows("INSÉREZ VOTRE CARTE")


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ("no-cap", "CARTE NON GÉRÉE"),
        ("mute", "CARTE ILLISIBLE ERREUR CARTE 1"),
        ("silent", "CARTE ILLISIBLE ERREUR CARTE 1"),
        ("garbage", "CARTE ILLISIBLE ERREUR CARTE 2"),
        ("endless", "ERREUR CARTE 5"),
    ],
)
def test_cards_that_cannot_be_served_say_so_at_once(reader: Story, card: str, says: str) -> None:
    reader.insert(card)
    assert reader.shows(says)


@pytest.mark.parametrize(
    ("card", "keys", "says"),
    [
        ("blocked", "Code", "CARTE BLOQUÉE CONTACTEZ LA BANQUE"),
        ("no-bitmap", "Code", "CARTE NON GÉRÉE"),
        ("declines", FIRST_CODE, "ERREUR CARTE 4"),
    ],
)
def test_cards_that_fail_later(reader: Story, card: str, keys: str, says: str) -> None:
    reader.insert(card)
    reader.press(keys)
    assert reader.shows(says)


def test_the_reader_unplugged_and_back(reader: Story) -> None:
    reader.insert("bank-card")
    reader.press("Code 1 2")
    reader.bench.unplug_reader()
    assert reader.shows("LECTEUR ABSENT")
    reader.bench.plug_reader()
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()


def test_batteries(reader: Story) -> None:
    reader.bench.set_battery(Battery.LOW)
    assert reader.shows("INSÉREZ VOTRE CARTE PILE FAIBLE")
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    reader.bench.set_battery(Battery.CRITICAL)
    assert reader.shows_a_code(), "a session that has begun is not broken off"
    reader.press("Arrêt 1")
    assert reader.shows("PILE FAIBLE")
    assert not reader.shows("INSÉREZ")


def test_a_card_that_wants_a_new_selection_after_a_wrong_pin(reader: Story) -> None:
    reader.insert("fresh-selection")
    reader.press("Code 9 9 9 9 OK 1 2 3 4 OK")
    assert reader.shows("APPUYEZ SUR OK")
    reader.press("OK")
    assert reader.shows_a_code()
