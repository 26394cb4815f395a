"""The probes, in the order of a person's repair: from the machine up to the card. None raises; none moves a counter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from device.config import Config
from device.selftest.findings import Finding, Verdict
from device.selftest.world import Access, Connection, World
from drivers.errors import DriverError, NoCardError
from drivers.gpio_factory import clash
from drivers.gpio_pins import Pins
from drivers.ports import Picture
from drivers.raster import paint
from sesame_core import emv
from sesame_core.apdu import Budget, Conversation, T, converse
from sesame_core.errors import CardError, SesameError
from sesame_core.events import Key, KeyPressed, Millis
from sesame_core.screens import Bar, Screen, Typed

KEYS_TIME: Final[Millis] = 60_000
KEY_STEP: Final[Millis] = 20
LOOK_AT: Final[Millis] = 1_500
GROUPS: Final = ("gpio", "i2c", "spi")


@dataclass(frozen=True, slots=True)
class Wish:
    """How far to go. `touch`: claim the board (the service must not run). `person`: somebody is there to press keys."""

    touch: bool = True
    person: bool = True


def examine(world: World, wish: Wish) -> Iterator[Finding]:
    """Every probe's findings, as they come."""
    yield Finding.good("system", world.system())
    yield machine(world)
    yield from devices(world)
    running = world.service()
    yield service(running)
    try:
        config = world.config()
    except SesameError as error:
        cure = "correct the file; `sesame config check` says when it is good"
        yield Finding("configuration", Verdict.FAILED, str(error), cure)
        config = Config()
    else:
        yield Finding.good("configuration", "it can be used")
    ticking = clock(world)
    yield ticking
    if ticking.verdict is Verdict.GOOD:
        yield from _board(world, config, wish, running)
    yield from slot(world, config, busy=running == "active")


def machine(world: World) -> Finding:
    """Which Pi, and whether the GPIO libraries fit it."""
    found = world.machine()
    problem = clash(found)
    if problem:
        return Finding.failed("machine", problem)
    if found.header is None:
        return Finding.left_out("machine", "not a Raspberry Pi", "use the simulated reader: sesame run --simulated")
    if found.rp1 and "rpi.gpio" in found.distributions and "lgpio" not in found.modules:
        return Finding.failed(
            "machine",
            "RPi.GPIO does not work on a Raspberry Pi 5: pip uninstall RPi.GPIO; pip install 'sesame-reader[lgpio]'",
        )
    libraries = ", ".join(sorted(found.modules)) or "none"
    return Finding.good("machine", f"{found.model}, header on gpiochip{found.header}; GPIO libraries: {libraries}")


def devices(world: World) -> Iterator[Finding]:
    """The device files, and the groups that open them."""
    header = world.machine().header
    chip = [f"/dev/gpiochip{header}"] if header is not None else []
    wanted = {path: group for path, group in _device_groups(world, chip).items() if header is not None}
    missing = [path for path in wanted if world.access(path) is Access.ABSENT]
    denied = [path for path in wanted if world.access(path) is Access.DENIED]
    if missing:
        yield Finding.failed("devices", f"{', '.join(missing)} missing: switch the bus on (sudo raspi-config), restart")
    if denied:
        groups = sorted({wanted[path] for path in denied} & world.known_groups() - world.groups()) or ["(none fits)"]
        yield Finding.failed(
            "devices", f"no permission for {', '.join(denied)}: sudo usermod -aG {','.join(groups)} $USER, log in again"
        )
    if wanted and not missing and not denied:
        yield Finding.good("devices", f"{', '.join(wanted)} can be opened")


def service(running: str) -> Finding:
    """What systemd says."""
    if running == "failed":
        return Finding.failed("service", "the service has failed: journalctl -u sesame-reader says why")
    return Finding.good("service", running or "not installed") if running != "" else Finding.left_out("service", "none")


def clock(world: World) -> Finding:
    """Monotonic time moves on."""
    before = world.clock().now()
    world.rest(KEY_STEP)
    if world.clock().now() <= before:
        return Finding.failed("clock", "monotonic time stands still: restart the machine")
    return Finding.good("clock", "monotonic time moves on")


def display(world: World, config: Config, pins: Pins | None, look: bool) -> Finding:
    """The test card, to be looked at; dark again afterwards."""
    screen = world.display(config, pins)
    try:
        screen.start()
        for picture in test_cards(screen.size) if look else ():
            screen.show(picture)
            world.rest(LOOK_AT)
        screen.off()
    except DriverError as error:
        return _elsewhere(world, config) or Finding.failed("display", error)
    finally:
        screen.close()
    width, height = screen.size
    shown = "all pixels, then a sentence, were shown" if look else "it answers"
    return Finding.good("display", f"{config.display.controller} {width}x{height}: {shown}")


def _elsewhere(world: World, config: Config) -> Finding | None:
    """A display that answers at the other address is only configured wrongly."""
    if config.display.bus != "i2c":
        return None
    answering = [each for each in world.i2c_answers(config.display.port) if each != config.display.address]
    if not answering:
        return None
    said = f"nothing answers at 0x{config.display.address:02X}, but something does at 0x{answering[0]:02X}"
    return Finding("display", Verdict.FAILED, said, f"set address = 0x{answering[0]:02X} below [display]")


def test_cards(size: tuple[int, int]) -> Iterator[Picture]:
    """Every pixel lit; then what a person reads, with accents."""
    width, height = size
    yield Picture(width, height, ((1 << width) - 1,) * height)
    yield paint(Screen(lines=("ÉÀÇ 0123",), field=Typed("4567 89"), bar=Bar(1, 2)), size)


def keypad(world: World, config: Config, pins: Pins) -> Finding:
    """Every key pressed once, in any order, within a minute."""
    keys = world.keypad(config, pins)
    wanted = set(dict(config.keypad.buttons)) or set(config.layout.keys.values())
    try:
        keys.start(_nobody)
        seen = _pressed(world, keys.poll, wanted)
    except DriverError as error:
        return Finding.failed("keypad", error)
    finally:
        keys.close()
    missing = wanted - seen
    if missing:
        names = " ".join(key.value for key in Key if key in missing)
        return Finding("keypad", Verdict.FAILED, f"not pressed, or dead: {names}", _where(config, missing))
    return Finding.good("keypad", f"all {len(wanted)} keys were pressed and read")


def sound(world: World, config: Config, pins: Pins) -> Finding:
    """The "right" pattern, to be heard and seen."""
    player = world.sound(config, pins)
    try:
        player.start(_nobody)
        player.right()
        while player.due() is not None:
            player.poll(world.clock().now())
            world.rest(KEY_STEP)
    except DriverError as error:
        return Finding.failed("sound", error)
    finally:
        player.close()
    fitted = [name for name, wanted in (("buzzer", config.sound.buzzer), ("light", config.sound.light)) if wanted]
    return Finding.good("sound", f"played on {' and '.join(fitted)}" if fitted else "muted by the configuration")


def battery(world: World, config: Config) -> Finding:
    """The gauge, if there is one."""
    try:
        charge = world.charge(config)
    except DriverError as error:
        return Finding.failed("battery", error)
    if charge is None:
        return Finding.left_out("battery", "no gauge is configured")
    if charge <= config.power.low:
        return Finding.warning("battery", f"{charge} % left", "charge it, or put in a fresh one")
    return Finding.good("battery", f"{charge} %")


def slot(world: World, config: Config, busy: bool) -> Iterator[Finding]:
    """PC/SC, the reader, the card and its application. No counter of the card moves."""
    try:
        names = world.readers()
    except DriverError as error:
        yield Finding.failed("card reader", error)
        return
    if not names:
        yield Finding.failed("card reader", "no smart-card reader is connected: plug one in")
        return
    yield Finding.good("card reader", ", ".join(names))
    if busy:
        yield Finding.left_out("card", "the service has it", "sudo systemctl stop sesame-reader, then try again")
        return
    try:
        with world.connect(config) as connection:
            yield _card(connection)
    except NoCardError:
        yield Finding.left_out("card", "none is in", "put one in and try again")
    except DriverError as error:
        yield Finding.failed("card", error)


def _board(world: World, config: Config, wish: Wish, running: str) -> Iterator[Finding]:
    if not wish.touch:
        return
    if running == "active":
        yield Finding.left_out("board", "the service has it", "sudo systemctl stop sesame-reader, then try again")
        return
    try:
        pins = world.pins(config)
    except DriverError as error:
        yield Finding.failed("pins", error)
        yield display(world, config, None, wish.person)
        return
    try:
        yield Finding.good("pins", "the header can be used")
        yield display(world, config, pins, wish.person)
        yield sound(world, config, pins)
        yield (
            keypad(world, config, pins) if wish.person else Finding.left_out("keypad", "nobody is there to press keys")
        )
        yield battery(world, config)
    finally:
        pins.close()


def _card(connection: Connection) -> Finding:
    """SELECT only: its answer to reset and which application it has."""
    atr = connection.atr.hex(" ").upper()
    try:
        application = _talk(connection, emv.select_application())
    except CardError as error:
        said = f"ATR {atr}, T={connection.protocol.value}, but {error}"
        return Finding("card", Verdict.FAILED, said, "it makes no codes; try another card")
    label = f" ({application.label})" if application.label else ""
    return Finding.good(
        "card", f"ATR {atr}, T={connection.protocol.value}, application {application.aid.hex().upper()}{label}"
    )


def _talk(connection: Connection, conversation: Conversation[T]) -> T:
    exchanges = converse(conversation, connection.protocol, Budget())
    try:
        raw = next(exchanges)
        while True:
            raw = exchanges.send(connection.exchange(raw))
    except StopIteration as stop:
        result: T = stop.value
        return result


def _device_groups(world: World, chip: list[str]) -> dict[str, str]:
    try:
        wired = world.config().display
    except SesameError:
        wired = Config().display
    bus = f"/dev/i2c-{wired.port}" if wired.bus == "i2c" else f"/dev/spidev{wired.port}.{wired.spi_device}"
    return {**dict.fromkeys(chip, "gpio"), bus: "i2c" if wired.bus == "i2c" else "spi"}


def _pressed(world: World, poll: Callable[[Millis], object], wanted: set[Key]) -> set[Key]:
    seen: set[Key] = set()
    end = world.clock().now() + KEYS_TIME
    while seen < wanted and world.clock().now() < end:
        world.rest(KEY_STEP)
        events = poll(world.clock().now())
        assert isinstance(events, tuple | list)
        seen |= {event.key for event in events if isinstance(event, KeyPressed)}
    return seen


def _where(config: Config, missing: set[Key]) -> str:
    """Which wires to look at: where every key of a row or column is gone, it is that one wire."""
    if config.keypad.buttons:
        return "check each one's wire and its ground"
    on_line: dict[int, set[Key]] = {}
    for key in config.layout.keys.values():
        for line in config.layout.lines(key):
            on_line.setdefault(line, set()).add(key)
    lost = [line for line, keys in on_line.items() if keys <= missing]
    suspect = lost or sorted({line for key in missing for line in config.layout.lines(key)})
    return "check the wires of " + ", ".join(f"GPIO{line}" for line in suspect)


def _nobody() -> None:
    """Nobody waits: the self-test asks by itself."""
