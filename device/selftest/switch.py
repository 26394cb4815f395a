"""The probe of the slot's own switch, where one is configured: it has to follow a card out and in again."""

from collections.abc import Iterator
from typing import Final

from device.selftest.board import STEP, ProbeBench, nobody
from device.selftest.findings import Finding
from drivers.errors import DriverError
from drivers.gpio.pins import Pins
from drivers.gpio.switch import GpioSwitch
from drivers.slot.card_switch import TIMING
from sesame_core.events import Millis

PATIENCE: Final[Millis] = 20_000
"""So long a card is waited for, out and in."""

PROBE: Final = "card switch"


def probe_card_switch(bench: ProbeBench, pins: Pins) -> Iterator[Finding]:
    """Nothing where none is configured. With nobody there, only how it stands."""
    if not bench.config.slot.card_switch:
        return
    switch = GpioSwitch(pins, bench.config.slot.card_switch_gpio, PROBE, timing=TIMING)
    try:
        switch.start(nobody)
        yield _told(bench, switch) if bench.tell is None else _moved(bench, switch)
    except DriverError as error:
        yield Finding.of_error(PROBE, error)
    finally:
        switch.close()


def _told(bench: ProbeBench, switch: GpioSwitch) -> Finding:
    stands = "closed: a card is in" if switch.is_closed else "open: no card is in"
    return Finding.good(PROBE, f"{stands}, by {_wire(bench)}; nobody is there to move one")


def _moved(bench: ProbeBench, switch: GpioSwitch) -> Finding:
    """Out first: the card stays in for the probes that follow."""
    if _comes(bench, switch, card_in=False, closed=False):
        if _comes(bench, switch, card_in=True, closed=True):
            return Finding.good(PROBE, f"it opened without a card and closed with one, on {_wire(bench)}")
        said, cure = "it stays open with a card in", f"check its two wires, to ground and to {_wire(bench)}"
    elif _comes(bench, switch, card_in=True, closed=False):
        said, cure = "it opens with a card in and closes without one", "use the other contact, which a card closes"
    else:
        said, cure = "it stays closed without a card", f"look for a short between {_wire(bench)} and ground"
    return Finding.failed(PROBE, said, f"{cure}; where none is fitted, set card_switch = false below [slot]")


def _comes(bench: ProbeBench, switch: GpioSwitch, *, card_in: bool, closed: bool) -> bool:
    """Ask for the card in or out; whether the switch is so within PATIENCE."""
    bench.say("put a card in" if card_in else "take the card out of the slot")
    bench.world.move_card(card_in)
    clock = bench.world.open_clock()
    end = clock.now() + PATIENCE
    while switch.is_closed is not closed and clock.now() < end:
        bench.world.let_rest(STEP)
        switch.poll_events(clock.now())
    return switch.is_closed is closed


def _wire(bench: ProbeBench) -> str:
    return f"GPIO{bench.config.slot.card_switch_gpio}"
