"""The screens on the sheet for the customer, as the reader itself draws them."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain

from device.config import merge_config
from drivers.painter.raster import encode_png, paint_screen
from sesame_core.events import Key
from sesame_core.reader.words import FALLBACK, LANGUAGES
from sesame_core.screens import Bar, Screen
from sesame_core.secrets import CODE_DIGITS, SecretDigits
from simulator.bench import Bench

SCALE = 3
PIN = (Key("1"), Key("2"), Key("3"), Key("4"))


@cache
def screens(language: str) -> Mapping[str, bytes]:
    """The moments of a first try as PNG files, by name; in the fallback's where the reader has not that language.

    The code is none: eight zeros, as the guide writes one.
    """
    return dict(
        chain(_played(language), (("code", encode_png(paint_screen(code_of(0), Bench().parts.display.size), SCALE)),))
    )


def _played(language: str) -> Iterator[tuple[str, bytes]]:
    spoken = language if language in LANGUAGES else FALLBACK
    bench = Bench(merge_config({"reader": {"language": spoken}}, "the sheet"))
    yield "insert", encode_png(bench.glass(), SCALE)
    bench.insert_card("bank-card")
    yield "ready", encode_png(bench.glass(), SCALE)
    for key in (Key.CODE, *PIN):
        bench.press_key(key)
    yield "pin", encode_png(bench.glass(), SCALE)


def code_of(digit: int) -> Screen:
    """A code's screen with that digit in every place."""
    digits = SecretDigits(CODE_DIGITS)
    for _ in range(CODE_DIGITS):
        digits.append(digit)
    return Screen(code=digits, bar=Bar(1, 1))
