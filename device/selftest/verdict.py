"""How the self-test ended, on the display: a card that was only written has neither terminal nor network."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from device.displays import needs_pins
from device.selftest import machine
from device.selftest.findings import Finding, Verdict
from device.selftest.ports import World
from drivers.errors import DriverError
from drivers.painter.raster import paint_screen
from drivers.ports import Display, Picture
from sesame_core.errors import UsageError
from sesame_core.events import Millis
from sesame_core.screens import Screen

NAMED: Final = 2
"""So many probes that failed have a line of their own."""


def show_verdict(world: World, findings: Sequence[Finding], lasting: Millis) -> bool:
    """How many probes failed and the first of them, for so long; dark afterwards. False where no display can be used,
    or the board is another's (it was left out): then nothing is waited for."""
    if any(each.probe == "board" and each.verdict is Verdict.LEFT_OUT for each in findings):
        return False
    config, _ = machine.probe_configuration(world)
    try:
        pins = world.open_pins(config) if needs_pins(config) else None
    except DriverError:
        return False
    try:
        return _show_verdict(world.open_display(config, pins), findings, config.reader.language, world, lasting)
    finally:
        if pins is not None:
            pins.close()


def say_verdict(findings: Sequence[Finding], language: str, named: int = NAMED) -> Screen:
    """The screen. `language`: en, or French; `named`: how many of the probes that failed have a line."""
    failed = list(dict.fromkeys(each.probe for each in findings if each.verdict is Verdict.FAILED))
    if language == "en":
        title, good, count, colon = "SELF-TEST", "NOTHING IS WRONG", f"{len(failed)} FAILED", ":"
    else:
        plural = "S" * (len(failed) > 1)
        title, good, count, colon = "AUTOTEST", "RIEN À SIGNALER", f"{len(failed)} DÉFAUT{plural}", " :"
    if not failed:
        return Screen(lines=(title, good))
    return Screen(lines=(count + colon * bool(named), *failed[:named]))


def paint_verdict(findings: Sequence[Finding], language: str, size: tuple[int, int]) -> Picture:
    """As many names as a display of this size has room for."""
    for named in range(NAMED, 0, -1):
        with suppress(UsageError):
            return paint_screen(say_verdict(findings, language, named), size)
    return paint_screen(say_verdict(findings, language, 0), size)


def _show_verdict(display: Display, findings: Sequence[Finding], language: str, world: World, lasting: Millis) -> bool:
    try:
        display.start()
        display.show_picture(paint_verdict(findings, language, display.size))
        world.let_rest(lasting)
        display.switch_off()
    except DriverError:
        return False
    finally:
        display.close()
    return True
