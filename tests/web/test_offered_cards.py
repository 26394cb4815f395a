"""What the page offers can be used: a PIN that this reader does not take could only burn tries."""

import pytest

from bank.cards.gallery import GALLERY
from device.config import merge_config
from simulator.web.site import offered


@pytest.mark.parametrize("digits", [4, 6, 12, [4, 12]])
def test_every_card_on_the_page_has_a_pin_that_can_be_typed(digits: object) -> None:
    least, most = merge_config({"reader": {"pin_digits": digits}}, "test").reader.pin_digits
    shown = offered((least, most))
    assert all(least <= len(card.pin) <= most for card in shown)
    assert [card.name for card in GALLERY.values() if card not in shown] == [
        card.name for card in GALLERY.values() if not least <= len(card.pin) <= most
    ]
    assert ("twelve-digit-pin" in {card.name for card in shown}) == (most == 12)
