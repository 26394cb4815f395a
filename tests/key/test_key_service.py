"""The key put together by its configuration, and served: what is its own beside the front that every appliance has."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from device import service
from device.config import Config, DisplayConfig, KeyConfig, ReaderConfig
from device.errors import ConfigError
from device.esecure import compose
from device.esecure.compose import cable_of, identity_of, manner_of, rules_of_glass
from device.esecure.manner import PinMode
from device.loop import Board
from device.simulated import Simulated, simulate_board
from drivers.clock import MonotonicClock
from drivers.ports import Source
from drivers.usb.cable import DriveEjected, UsbCable
from drivers.usb.config_twin import ConfigTreeTwin
from drivers.usb.disc import DiscWatch
from drivers.usb.drive import build_image
from drivers.usb.errors import UsbDeviceError
from drivers.usb.gadget import DRIVE_FILE, UsbIdentity, raise_gadget
from drivers.usb.twin import HostTwin
from sesame import cli
from sesame_core.piv.vault import Vault
from tests.device.test_service_life import Manager
from tests.usb.wire import message, parse


class ServedKey:
    """The key as `serve_key` runs it, on a simulated front with a computer's twin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.manager = Manager()
        self.parts: Simulated | None = None
        self.host: HostTwin | None = None
        self.power_off: Callable[[], None] = lambda: None
        monkeypatch.setattr(compose, "open_header", lambda config: None)
        monkeypatch.setattr(compose, "compose_board", self._board)
        monkeypatch.setattr(compose, "cable_of", self._cable)
        monkeypatch.setattr(service, "Notifier", lambda: self.manager)
        monkeypatch.setattr(service, "keep_secrets", lambda: True)

    def _board(self, config: Config, _pins: object, power_off: Callable[[], None], others: Sequence[Source]) -> Board:
        self.power_off = power_off
        self.parts = simulate_board(config, MonotonicClock(), others=others)
        return self.parts.board

    def _cable(self, _config: Config, _usb: Path, _vault: Vault, board: Board) -> UsbCable:
        self.host = HostTwin(board.clock)
        return self.host

    @property
    def lit(self) -> bool:
        """Something is on the glass."""
        assert self.parts is not None
        return any(self.parts.display.glass().rows)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> ServedKey:
    return ServedKey(monkeypatch)


def test_it_is_ready_with_its_first_frame_and_dark_at_the_end(served: ServedKey, tmp_path: Path) -> None:
    seen: list[bool] = []

    def end() -> None:
        seen.append(served.lit)
        served.power_off()

    served.manager.once_ready = end
    assert service.serve_key(Config(), tmp_path / "key", tmp_path)
    assert (seen, served.lit, served.manager.told) == ([True], False, ["ready", "stopping"])
    assert (tmp_path / "key/letter.txt").stat().st_mode & 0o077 == 0, "its first PIN is its owner's alone to read"


def test_a_computer_is_answered_by_the_worker_of_its_own(served: ServedKey, tmp_path: Path) -> None:
    """The one thread there is: the loop waits for it and is woken."""

    def plug() -> None:
        assert served.host is not None
        host, send_reply = served.host, served.host.send_reply

        def taken(raw: bytes) -> None:
            send_reply(raw)
            served.power_off()

        host.send_reply = taken  # type: ignore[method-assign]
        host.plug()
        host.send(message(0x62, sequence=5))

    served.manager.once_ready = plug
    service.serve_key(Config(), tmp_path / "key", tmp_path)
    assert served.host is not None
    reply = parse(served.host.replies.popleft())
    assert (reply.sequence, reply.data[:1]) == (5, b"\x3b")


def test_the_folder_is_one_programs_and_free_afterwards(served: ServedKey, tmp_path: Path) -> None:
    def end() -> None:
        served.power_off()  # of this start, not of the one before

    served.manager.once_ready = end
    for _ in range(2):
        assert service.serve_key(Config(), tmp_path / "key", tmp_path)


def test_a_glass_that_stands_upright_is_refused(served: ServedKey, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a glass that lies"):
        service.serve_key(Config(display=DisplayConfig(rotation=90)), tmp_path / "key", tmp_path)
    assert not (tmp_path / "key").exists()
    assert served.parts is None


# By configuration


@pytest.mark.parametrize("mode", list(PinMode))
def test_where_the_pin_is_typed(mode: PinMode) -> None:
    assert manner_of(Config(key=KeyConfig(pin=mode.value))).mode is mode


def test_whose_sentences_are_believed(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    path = tmp_path / "bank.pem"
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(key.public_bytes(serialization.Encoding.PEM, form))
    believed = manner_of(Config(key=KeyConfig(bank=str(path)))).bank
    assert believed is not None
    assert believed.public_numbers() == key.public_numbers()
    assert manner_of(Config()).bank is None


@pytest.mark.parametrize(("language", "spoken"), [("auto", None), ("en", "en")])
def test_its_language(language: str, spoken: str | None) -> None:
    assert rules_of_glass(Config(reader=ReaderConfig(language=language))).language == spoken


def test_no_number_is_borrowed() -> None:
    with pytest.raises(ConfigError, match=r"pid\.codes"):
        identity_of(Config())
    with pytest.raises(ConfigError):
        identity_of(Config(key=KeyConfig(usb_vendor=0x1209)))
    own = Config(key=KeyConfig(usb_vendor=0x1209, usb_product=1))
    assert identity_of(own, "7") == UsbIdentity(0x1209, 1, "7")


def test_a_cable_without_its_folder_says_what_to_do(tmp_path: Path) -> None:
    config = Config(key=KeyConfig(drive="/var/lib/e-secure.iso"))
    board = replace(simulate_board(config, MonotonicClock()).board)
    vault: Vault = object()  # type: ignore[assignment]
    with pytest.raises(UsbDeviceError, match="sesame key gadget up"):
        cable_of(config, tmp_path, vault, board).start(lambda: None)


# The disc


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[ConfigTreeTwin, DiscWatch, Path]]:
    image = tmp_path / "e-secure.iso"
    image.write_bytes(build_image({}))
    tree = ConfigTreeTwin("udc")
    raise_gadget(tree, UsbIdentity(1, 1, "1"), image)
    yield tree, DiscWatch(tree, image), image


def test_an_ejected_disc_is_told_once_and_in_again_for_the_next_computer(
    watched: tuple[ConfigTreeTwin, DiscWatch, Path],
) -> None:
    tree, disc, image = watched
    assert (disc.next_due(), disc.poll_events(0)) == (None, ())
    disc.host_came(0)
    assert (disc.next_due(), disc.poll_events(999)) == (1_000, ())
    tree.values[DRIVE_FILE] = ""
    assert disc.poll_events(1_000) == (DriveEjected(1_000),)
    assert (disc.next_due(), disc.poll_events(2_000)) == (2_000, ())
    disc.host_left()
    assert disc.next_due() is None
    disc.host_came(5_000)
    assert tree.values[DRIVE_FILE] == str(image)


# The commands


def test_an_image_is_made_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cd").mkdir()
    (tmp_path / "cd/autorun.inf").write_text("[autorun]\r\n")
    image = tmp_path / "e-secure.iso"
    assert cli.main(["key", "image", str(tmp_path / "cd"), "-o", str(image)]) == 0
    assert "1 files in" in capsys.readouterr().err
    assert image.read_bytes()[0x8001:0x8006] == b"CD001"
    assert cli.main(["key", "image", str(tmp_path / "cd"), "-o", str(tmp_path / "no/where.iso")]) == 14
    assert cli.main(["key", "image", str(tmp_path / "absent"), "-o", str(image)]) == 11


def test_a_gadget_without_a_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "reader.toml"
    config.write_text("")
    assert cli.main(["key", "gadget", "up", "--config", str(config), "--usb", str(tmp_path / "usb")]) == 9
    assert "pid.codes" in capsys.readouterr().err


def test_running_without_a_header_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "reader.toml"
    config.write_text('[gpio]\nlibrary = "gpiod"\n')
    words = ["key", "run", "--config", str(config), "--usb", str(tmp_path), "--state", str(tmp_path / "state")]
    assert cli.main(words) == 11
    assert capsys.readouterr().err
