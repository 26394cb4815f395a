"""The gallery.

Every card is put into the whole reader, in simulated time, and its first code or its error is read from the glass.
"""

from collections.abc import Iterator

from bank.cards import gallery
from bank.cards.patterns import GalleryCard
from bank.cards.profile import CardApplication
from device.config import Config, ReaderConfig
from docs.tools.made import Page
from sesame.card import bits
from sesame_core.cap.codes import FilterRule, choose_filter
from sesame_core.events import Key
from sesame_core.screens import group_digits
from simulator.bench import Bench

SETTLED_MS = 3000
HEAD = "| card | what it stands for | transport | PIN | bits in the code | first code, or what the screen says |"

INTRODUCTION = """\
# The gallery

Virtual cards that compute real cryptograms with published test keys: one for each way in which real cards are known to
differ, and one for each way in which they fail. `insert NAME` puts one into the simulated reader, `sesame virtual-card
NAME` into a real PC/SC service, `sesame card info --virtual NAME` looks into one. Each test that says "every card"
means this list.

The last column is what the whole reader showed when the fresh card was put in, Code pressed, the PIN typed and OK
pressed; for longer PINs it was configured to take them (`pin_digits`).
"""


def page() -> str:
    """The text that the page must have."""
    rows = "".join(f"{_row(gallery.describe_card(name))}\n" for name in gallery.list_names())
    return f"{INTRODUCTION}\n{HEAD}\n| --- | --- | --- | --- | --- | --- |\n{rows}"


def shown(card: GalleryCard) -> str:
    """The code, grouped, or the screen's text."""
    size = len(card.pin)
    bench = Bench(Config(reader=ReaderConfig(pin_digits=(size, size))))
    bench.insert_card(card.name)
    bench.let_pass(SETTLED_MS)
    for key in (Key.CODE, *(Key(digit) for digit in card.pin), Key.OK):
        bench.press_key(key)
        bench.let_pass(SETTLED_MS // 10)
    bench.let_pass(SETTLED_MS)
    return f"`{group_digits(bench.shown_code())}`" if bench.shown_code() else bench.shown_text()


def _row(card: GalleryCard) -> str:
    profile = card.profile
    cells = (f"`{card.name}`", card.describe("en"), _transport(card), f"`{profile.pin}`", _bits(card), shown(card))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _transport(card: GalleryCard) -> str:
    warm = ", warm reset" if card.profile.atr[:1] == b"\x3f" else ""
    pieces = f", pieces of {card.profile.chunk} bytes" if card.profile.chunk else ""
    return f"T={card.profile.protocol}{warm}{pieces}"


def _bits(card: GalleryCard) -> str:
    application = card.code_application
    return "-" if application is None else ", ".join(_taken(application))


def _taken(application: CardApplication) -> Iterator[str]:
    rule = choose_filter(application.ipb, application.aid, application.belgian)
    if rule.rule is FilterRule.BELGIAN:
        yield "Belgian rule"
        return
    psn = bool(application.iaf and application.iaf[0] & 0x40)
    yield from (f"{part} {count}" for part, count in bits.count_bits(rule.bitmap, psn).items())


PAGES = (Page("cards.md", page, "bank/cards/gallery.py"),)
