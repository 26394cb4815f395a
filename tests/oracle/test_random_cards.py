"""Ten thousand random cards: the reader's digits against a second implementation, written from the protocol's text."""

import pytest

from sesame_core.cap import codes as cap
from sesame_core.cap.blocking import CardWork
from sesame_core.errors import CardError
from sesame_core.screens import group_digits
from sesame_core.smartcard.apdu import Protocol
from tests.oracle import walk
from tests.oracle.recipe import Recipe, draw
from tests.oracle.recipe_card import RecipeCard

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
"""pyemv asks `cryptography` for DES in a way that is going away; it says so at every call."""

CARDS = 10_000
BATCH = 500


@pytest.mark.parametrize("first", range(0, CARDS, BATCH))
def test_random_cards_give_the_digits_of_the_text(first: int) -> None:
    for seed in range(first, first + BATCH):
        recipe = draw(seed)
        card = RecipeCard(recipe)
        assert (seed, reader(recipe, card)) == (seed, recipe.expected())


def test_the_draw_reaches_everything_it_is_meant_to_reach() -> None:
    recipes = [draw(seed) for seed in range(2000)]
    outcomes = {recipe.expected() for recipe in recipes}
    assert {"DECLINED", "UNSUPPORTED"} <= outcomes
    lengths = {len(outcome) for outcome in outcomes if outcome.isdigit()}
    assert lengths >= {8, 9, 10, 11, 12}
    assert any(outcome.startswith("00") for outcome in outcomes)
    assert {recipe.protocol for recipe in recipes} == {0, 1}
    assert {recipe.known.aid for recipe in recipes} >= set(walk.PREFERRED)
    assert any(recipe.known.belgian and recipe.expected().isdigit() for recipe in recipes)
    assert any(recipe.request.numbers and recipe.known.belgian for recipe in recipes)
    visa = [recipe for recipe in recipes if not recipe.known.bitmap and recipe.known.aid.startswith(walk.VISA)]
    assert {recipe.known.belgian for recipe in visa} == {True, False}
    prefixed = [recipe for recipe in recipes if recipe.known.bitmap and int(recipe.known.iaf[:2] or "0", 16) & 0x40]
    assert {RecipeCard(recipe).iaf_in_fci for recipe in prefixed} == {True, False}


@pytest.mark.parametrize("code", ["34656023", "0034656023", "12345", ""])
def test_grouping_is_the_screens(code: str) -> None:
    assert group_digits(code) == walk.grouped(code)


def reader(recipe: Recipe, card: RecipeCard) -> str:
    """What the reader makes of the card: digits, or the name of the fault."""
    if card.power_on()[0] == 0x3F:
        card.reset()
    work = CardWork(lambda apdu: card.transmit(bytes(apdu)), Protocol(card.protocol))
    try:
        work.select_application()
        work.prepare_card(request_of(recipe.request))
        for digit in recipe.pin:
            work.pin.append(int(digit))
        assert work.confirm_pin() is None
        digits = "".join(map(str, work.make_code(recipe.request.numbers)))
        work.close()
    except CardError as error:
        return error.fault.name
    finally:
        work.forget()
    assert not recipe.cdol2 or card.commands[-1] == "80AE0000"
    return digits


def request_of(request: walk.Request) -> cap.Request:
    if request.numbers:
        return cap.Request(cap.Function.DATA)
    if request.cents:
        return cap.Request(cap.Function.SIGN, challenge=request.challenge, amount=str(request.cents))
    return cap.Request(cap.Function.CHALLENGE if request.challenge else cap.Function.CODE, challenge=request.challenge)
