"""A key whose store is damaged: its glass says so, its computer hears so, and what lies in the store stays as it is."""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from device import service
from device.config import Config
from device.esecure import store as stores
from device.esecure.compose import cable_of, updates_of
from device.esecure.jobs import advance_steps
from device.esecure.store import CHIP_LOOKS, KeyStore, hold_store
from drivers.clock import SteppedClock
from drivers.display.twin import DisplayTwin
from drivers.ports import Picture
from drivers.usb.cable import UsbCable
from drivers.usb.function_fs import FunctionFsCable
from drivers.vault.defective import DefectiveVault
from drivers.vault.first_values import give_published
from drivers.vault.medium import Folder, KeyHeldError
from drivers.vault.parts import DEVICE_PART, DIGITS_PART, KEYS_PART
from drivers.vault.sealed import open_vault
from drivers.vault.secret_sealer import FileSealer
from drivers.vault.tpm_sealer import TpmAwayError
from drivers.vault.twin import MemoryMedium
from launcher.course.events import ChoiceMade, LaunchChoice
from launcher.troubles import LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from sesame import cli
from sesame.bank.business import frame_keys
from sesame.key.beside import NOWHERE
from sesame.telephone import open_own_books
from sesame_core.piv.vault import Vault, VaultError
from simulator.key.desk import BusinessSite, KeyMaking, open_desk_of_key
from simulator.key.post import NO_SERIAL, PostError
from simulator.key.programs import DeskPrograms
from tests.key.desk import CHEAP, Desk
from tests.key.made import vault_on
from tests.key.test_key_service import ServedKey
from tests.launcher.twins import Computer, TwinCard
from tests.usb.wire import message, verification
from web.tls import make_root

PARTS = (DEVICE_PART, DIGITS_PART, KEYS_PART)
SAID = "CLÉ DÉFECTUEUSE DEMANDEZ-EN UNE AUTRE"
SERIAL, OBJECT, METADATA, RESET = "00F80000", "00CB3FFF055C035FC10500", "00F7009A", "00FB0000"
LIMIT_S = 30.0


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    """A key's parts, as they should be."""
    medium = MemoryMedium()
    vault_on(medium)
    return medium.parts


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> ServedKey:
    return ServedKey(monkeypatch)


def flipped(content: bytes, at: int = 20) -> bytes:
    """One bit of it is another."""
    return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]


def damaged(whole: dict[str, bytes], part: str) -> MemoryMedium:
    return MemoryMedium({**whole, part: flipped(whole[part])})


def lay(folder: Path, parts: dict[str, bytes]) -> None:
    """A key's folder."""
    folder.mkdir(mode=0o700, parents=True)
    for name, content in parts.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)


def kept(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in PARTS}


# On its glass, and over CCID


@pytest.mark.parametrize("part", PARTS)
def test_every_command_that_wants_the_store_is_answered_so_and_nothing_is_written(
    whole: dict[str, bytes], part: str
) -> None:
    medium = damaged(whole, part)
    before = dict(medium.parts)
    desk = Desk(medium)
    assert desk.shown == SAID, "before any computer has come"
    desk.plug()
    assert [desk.host.raw(each) for each in (SERIAL, OBJECT, METADATA)] == ["6581"] * 3
    assert desk.secure(verification(), "").data.hex() == "6581", "no digit is asked for"
    assert desk.host.raw(RESET) != "9000"
    assert desk.shown == SAID
    desk.pull()
    assert desk.shown == ""
    assert desk.plug().shown == SAID
    assert medium.parts == before
    medium.parts = dict(whole)
    assert Desk(medium).plug().shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR", "a part that is put back works again"


def test_it_is_said_once_and_not_at_each_command(whole: dict[str, bytes]) -> None:
    """A computer that looks for a card asks a dozen things, and each would have been another chime."""
    desk = Desk(damaged(whole, KEYS_PART)).plug()
    dark_at = desk.loop.state.dark_at
    desk.pass_time(1_000)
    desk.host.raw(OBJECT)
    assert (desk.shown, desk.loop.state.dark_at) == (SAID, dark_at)


@pytest.mark.parametrize("part", PARTS)
def test_the_launcher_shows_the_guides_row_of_a_faulty_key(whole: dict[str, bytes], part: str) -> None:
    desk, computer = Desk(damaged(whole, part)).plug(), Computer()
    computer.conductor.begin()
    computer.plug(TwinCard(desk.exchange, has_pad=True))
    row = LAUNCHER_LANGUAGES["en"].troubles[LaunchTrouble.INSTALLATION]
    assert computer.sentence == row.message
    assert (computer.window.view.cause, computer.window.view.cure) == (row.cause, row.cure)
    computer.send(ChoiceMade(LaunchChoice.COPY))
    assert "6581" in computer.window.copied


def test_the_simulated_key_says_it_to_its_own_launcher(whole: dict[str, bytes], tmp_path: Path) -> None:
    """The key in its folder, the launcher of the disc, everything on the page's desk."""
    folder = tmp_path / "state" / "key-desk"
    lay(folder, {**whole, DIGITS_PART: flipped(whole[DIGITS_PART])})
    before = kept(folder)
    (tmp_path / "programs").mkdir()
    row = LAUNCHER_LANGUAGES["fr"].troubles[LaunchTrouble.INSTALLATION]
    with closing(open_own_books()) as books:
        frame = frame_keys(books, NOWHERE)
        making = KeyMaking(
            frame.open_authorities().sentence.key.public_key(), DeskPrograms(tmp_path / "programs", books)
        )
        site = BusinessSite("https://business.example", make_root(datetime.now(UTC)).certificate)
        with open_desk_of_key(Config(), tmp_path / "state", frame, site, making) as desk:
            told = threading.Event()

            def look() -> None:
                view = desk.look().launcher
                if view is not None and view.sentence == row.message:
                    told.set()

            desk.listen_to(look)
            desk.plug()
            assert told.wait(LIMIT_S)
            assert desk.look().key.says == SAID
            assert desk.post.read_letters().serial == NO_SERIAL
            with pytest.raises(PostError, match="part digits is damaged"):
                desk.post.post_anew()
            desk.begin_anew()
    assert kept(folder) == before, "the next customer's key is as defective"


# As a service


def powering_off(served: ServedKey) -> None:
    """As soon as it is ready."""

    def end() -> None:
        served.power_off()  # of this start

    served.manager.once_ready = end


def seen_by_a_computer(served: ServedKey, end: Callable[[], None]) -> list[Picture]:
    """What is on the glass when a computer has been answered; then the end is asked for."""
    seen: list[Picture] = []

    def plug() -> None:
        assert served.host is not None
        host, send_reply = served.host, served.host.send_reply

        def taken(raw: bytes) -> None:
            send_reply(raw)
            assert served.parts is not None
            display = served.parts.display
            assert isinstance(display, DisplayTwin)
            seen.append(display.glass())
            end()

        host.send_reply = taken  # type: ignore[method-assign]
        host.plug()
        host.send(message(0x62, sequence=5))

    served.manager.once_ready = plug
    return seen


@pytest.mark.parametrize("part", PARTS)
def test_the_log_names_file_and_cure_and_a_part_that_is_put_back_works_again(
    served: ServedKey, whole: dict[str, bytes], tmp_path: Path, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    folder = tmp_path / "key"
    lay(folder, {**whole, part: flipped(whole[part])})
    before = kept(folder)
    seen_by_a_computer(served, lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(VaultError, match=f"part {part} is damaged"):
        service.serve_key(Config(), folder, tmp_path)
    (said,) = (record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
    for each in (str(folder), f"part {part} is damaged", "put back the copy that belongs here"):
        assert each in said
    assert (served.lit, kept(folder)) == (False, before)
    (folder / part).write_bytes(whole[part])
    with closing(Folder(folder)) as again:
        assert open_vault(again, give_published, cost=CHEAP).serial == vault_on(MemoryMedium(whole)).serial


def test_run_lights_the_glass_and_ends_with_the_code_of_a_store(
    served: ServedKey,
    whole: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    golden: Callable[[Picture, str], None],
) -> None:
    config = tmp_path / "reader.toml"
    config.write_text("")
    lay(tmp_path / "state/key", damaged(whole, KEYS_PART).parts)
    seen = seen_by_a_computer(served, lambda: signal.raise_signal(signal.SIGTERM))
    words = ["key", "run", "--config", str(config), "--usb", str(tmp_path), "--state", str(tmp_path / "state")]
    assert cli.main(words) == 13
    assert "part keys is damaged" in capsys.readouterr().err
    (picture,) = seen
    golden(picture, "key/128x64/fr/broken")
    assert [each for each in served.manager.told if each != "alive"] == ["ready", "stopping"]


def test_power_off_goes_before_what_is_wrong(served: ServedKey, tmp_path: Path) -> None:
    lay(tmp_path / "key", {DEVICE_PART: bytes(31)})
    powering_off(served)
    assert service.serve_key(Config(), tmp_path / "key", tmp_path)


def test_a_program_that_is_tried_ends_at_once_so_that_the_one_before_it_runs(
    served: ServedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be confirmed as the current one, and the fault may be its own."""
    release = tmp_path / "opt/releases/00000000000b"
    release.mkdir(parents=True)
    lay(tmp_path / "key", {DEVICE_PART: bytes(31)})
    monkeypatch.setattr(sys, "prefix", str(release))
    (tmp_path / "opt/pending").symlink_to("releases/00000000000b")
    with pytest.raises(VaultError, match="must have 32 bytes"):
        service.serve_key(Config(), tmp_path / "key", tmp_path)
    assert (served.manager.told, served.parts) == ([], None)
    (tmp_path / "opt/pending").unlink()
    powering_off(served)
    assert service.serve_key(Config(), tmp_path / "key", tmp_path), "the current one says it on the glass"


def test_a_key_that_another_program_has_is_no_defective_one(served: ServedKey, tmp_path: Path) -> None:
    with closing(Folder(tmp_path / "key")), pytest.raises(KeyHeldError):
        service.serve_key(Config(), tmp_path / "key", tmp_path)
    assert served.parts is None


def test_it_takes_no_program_and_remembers_none(tmp_path: Path) -> None:
    """What it knows of programs lies in the same store."""
    desk = updates_of(Config(), KeyStore(DefectiveVault(VaultError("damaged"))), tmp_path)
    assert advance_steps(desk.exchange(bytes.fromhex("80200000"))) == b"\x65\x81"


def test_a_place_where_no_folder_can_be_makes_a_defective_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a file")
    with hold_store(Config(), tmp_path / "key") as store:
        assert isinstance(store.vault, DefectiveVault)
        assert "check that the folder can be written" in str(store.defect)
    assert (tmp_path / "key").read_text() == "a file"


def test_its_device_keeps_the_number_that_it_was_raised_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[str] = []
    monkeypatch.setattr("device.esecure.compose.find_controller", lambda: "udc")
    monkeypatch.setattr("device.esecure.compose.bind_gadget", lambda _tree, controller: bound.append(controller))
    vault: Vault = DefectiveVault(VaultError("damaged"))
    cable: UsbCable = cable_of(Config(), tmp_path, vault, Desk().loop.board)
    assert isinstance(cable, FunctionFsCable)
    cable._bind()
    assert bound == ["udc"]


# A chip that comes late


class LateSealer(FileSealer):
    """Is not there for so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def seal_secret(self, secret: bytes) -> bytes:
        self.looks -= 1
        if self.looks >= 0:
            raise TpmAwayError("there is no TPM: fit one")
        return secret


@pytest.mark.parametrize(("late", "rests", "sound"), [(0, 0, True), (3, 3, True), (99, CHIP_LOOKS - 1, False)])
def test_a_chip_that_udev_brings_late_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int, rests: int, sound: bool
) -> None:
    monkeypatch.setattr(stores, "choose_sealer", lambda _config: LateSealer(late))
    clock = SteppedClock()
    with hold_store(Config(), tmp_path / "key", lambda seconds: clock.advance(int(seconds * 1000))) as store:
        assert (store.defect is None) is sound
    assert clock.now() == rests * 1000
