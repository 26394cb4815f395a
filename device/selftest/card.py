"""Probes of the card's side: PC/SC, the smart-card reader, the card. No counter of the card moves."""

from collections.abc import Iterator

from device.config import Config
from device.selftest.findings import Finding
from device.selftest.ports import Connection, World
from drivers.errors import DriverError, NoCardError
from sesame_core.cap import emv
from sesame_core.cap.blocking import ask_card
from sesame_core.cap.choice import AIDS, select_application
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Budget, Conversation, T

LOGGING = ("--apdu", "--debug")
FREE_IT = "sudo systemctl stop sesame-reader (of an access key: sesame-key), then try again"


def probe_slot(world: World, config: Config, busy: bool) -> Iterator[Finding]:
    """PC/SC, the reader, the card and its applications. `busy`: the service has the card."""
    if not world.has_module("smartcard"):
        yield Finding.left_out("pcscd", "it cannot be asked without the Python module smartcard")
        return
    try:
        names = world.list_readers()
    except DriverError as error:
        yield Finding.of_error("pcscd", error)
        return
    yield _probe_pcscd(world)
    if not names:
        yield Finding.failed("card reader", "no smart-card reader is connected", "plug one in; `lsusb` must list it")
        return
    yield Finding.good("card reader", ", ".join(names))
    yield from [Finding.left_out("card", "the service has it", FREE_IT)] if busy else _probe_card(world, config)


def _probe_pcscd(world: World) -> Finding:
    if any(_writes_commands(each) for each in world.pcscd_options()):
        cure = "start it without --apdu and --debug (systemctl cat pcscd shows who adds them)"
        return Finding.warning("pcscd", "it writes every command into its log, the PIN among them", cure)
    return Finding.good("pcscd", "it answers, and lets this user in")


def _writes_commands(option: str) -> bool:
    """Whether pcscd logs commands by this option (pcscd(8)); short ones may stand together, long ones be cut."""
    if option.startswith("--"):
        return len(option) > len("--") and any(each.startswith(option) for each in LOGGING)
    return option.startswith("-") and bool({"a", "d"} & set(option[1:]))


def _probe_card(world: World, config: Config) -> Iterator[Finding]:
    try:
        with world.connect_card(config) as connection:
            yield Finding.good("card", f"ATR {connection.atr.hex(' ').upper()}, T={connection.protocol.value}")
            yield probe_applications(connection)
    except NoCardError:
        yield Finding.left_out("card", "none is in", "put one in and try again")
    except DriverError as error:
        yield Finding.of_error("card", error)


def probe_applications(connection: Connection) -> Finding:
    """Which of the applications that this reader knows are there, and the one it makes codes with. SELECT only."""
    try:
        taken = select_on(connection)
        there = _ask_card(connection, _find_applications())
    except CardError as error:
        return Finding.failed(
            "applications", f"{error} (error {error.fault.value})", "it makes no codes; try another card"
        )
    others = [aid.hex().upper() for aid in there if aid != taken.aid]
    also = f"; also there: {', '.join(others)}" if others else ""
    return Finding.good("applications", f"codes are made with {taken.aid.hex().upper()}{also}")


def select_on(connection: Connection) -> emv.Application:
    """The application that codes are made with. SELECT only. Raises CardError and SlotError."""
    return _ask_card(connection, select_application())


def _find_applications() -> Conversation[tuple[bytes, ...]]:
    there = []
    for aid in AIDS:
        if (yield from emv.select_application_by(aid)):
            there.append(aid)
    return tuple(there)


def _ask_card(connection: Connection, conversation: Conversation[T]) -> T:
    return ask_card(connection.exchange, connection.protocol, conversation, Budget())
