"""The device secret sealed by swtpm, a TPM 2.0 in software, through the real tools: the contract, the verb, the bus."""

import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from device.selftest.findings import Finding, Verdict
from device.selftest.key_tpm import TPM
from device.selftest.probes import ProbeOptions, run_probes
from device.selftest.world import RealWorld
from drivers.vault.first_values import give_published
from drivers.vault.medium import Folder
from drivers.vault.parts import DEVICE_PART
from drivers.vault.sealed import open_vault
from drivers.vault.secret_sealer import FileSealer, SecretMedium, SecretSealer, is_tpm_sealed
from drivers.vault.tpm_sealer import TpmSealer
from drivers.vault.tpm_tools import TpmTools
from sesame.cli import main
from sesame.exits import Exit
from tests.key.made import CHEAP
from tests.key.sealer_contract import SECRET, SealerContract
from tests.left_out import leave_out


def type_tool(chip: Path, *words: str) -> bytes:
    """One of tpm2-tools by hand, in the folder of the chip's socket."""
    words = ("tpm2", *words, "-T", f"swtpm:path={chip}")
    return subprocess.run(words, check=True, capture_output=True, cwd=chip.parent).stdout


class SwtpmBench:
    """See TpmBench: a process with a folder and two sockets of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "tpm"
        self.chip = TpmTools(self.socket)
        self._folder = folder
        (folder / "state").mkdir()
        self._start()

    def clear_owner(self) -> None:
        self.type_tool("clear")

    def extend_pcr(self, pcr: int, digest: bytes) -> None:
        self.type_tool("pcrextend", f"{pcr}:sha256={digest.hex()}")

    def restart(self) -> None:
        self.take_away()
        self._start()

    def take_away(self) -> None:
        self._process.terminate()
        self._process.wait()
        for left in (self.socket, self._control):
            left.unlink(missing_ok=True)

    def type_tool(self, *words: str) -> bytes:
        """By hand, in its folder."""
        return type_tool(self.socket, *words)

    @property
    def _control(self) -> Path:
        return self.socket.with_name(self.socket.name + ".ctrl")

    def _start(self) -> None:
        words = ["--tpm2", "--tpmstate", f"dir={self._folder / 'state'}", "--flags", "not-need-init,startup-clear"]
        words += ["--server", f"type=unixio,path={self.socket}", "--ctrl", f"type=unixio,path={self._control}"]
        self._process = subprocess.Popen(["swtpm", "socket", *words], stderr=subprocess.DEVNULL)
        while not self._listens():
            assert self._process.poll() is None, "swtpm has ended"
            time.sleep(0.005)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as tried:
            return all(path.exists() for path in (self.socket, self._control)) and not tried.connect_ex(
                str(self.socket)
            )


@contextmanager
def fit_swtpm() -> Iterator[SwtpmBench]:
    if not (shutil.which("swtpm") and shutil.which("tpm2")):
        leave_out("swtpm and tpm2-tools are not installed: apt install swtpm tpm2-tools")
    with tempfile.TemporaryDirectory(prefix="swtpm") as folder:  # a socket's path is short
        bench = SwtpmBench(Path(folder))
        try:
            yield bench
        finally:
            bench.take_away()


@pytest.fixture
def bench() -> Iterator[SwtpmBench]:
    with fit_swtpm() as fitted:
        yield fitted


@pytest.fixture
def other() -> Iterator[SwtpmBench]:
    with fit_swtpm() as fitted:
        yield fitted


class TestSwtpm(SealerContract):
    pass


# The verb, on a store of files


def serial_of(state: Path, sealer: SecretSealer) -> int:
    with closing(Folder(state / "key")) as folder:
        return open_vault(SecretMedium(folder, sealer), give_published, cost=CHEAP).serial


def test_the_verb_seals_a_store_to_the_chip_and_takes_it_out_again(bench: SwtpmBench, tmp_path: Path) -> None:
    serial = serial_of(tmp_path, FileSealer())
    config = tmp_path / "reader.toml"
    config.write_text(f'[key]\ntpm = "{bench.socket}"\ntpm_pcrs = [7]\n')
    words = ["--config", str(config), "--state", str(tmp_path)]
    device = tmp_path / "key" / DEVICE_PART
    assert main(["key", "seal", "tpm", *words]) == Exit.OK
    assert is_tpm_sealed(device.read_bytes())
    assert device.stat().st_mode & 0o077 == 0
    assert serial_of(tmp_path, TpmSealer(bench.chip)) == serial
    assert main(["key", "seal", "tpm", *words]) == Exit.OK, "once more, to what the PCRs are now"
    assert main(["key", "seal", "file", *words]) == Exit.OK
    assert serial_of(tmp_path, FileSealer()) == serial


# What `sesame doctor` and the self-test say of it


def look_at_chip(config: Path) -> Finding:
    """On this machine, as it is."""
    (found,) = [each for each in run_probes(RealWorld(config), ProbeOptions(touch=False)) if each.probe == TPM]
    return found


def test_the_doctor_names_the_chip_tries_it_and_says_what_to_do(bench: SwtpmBench, tmp_path: Path) -> None:
    config = tmp_path / "reader.toml"
    config.write_text(f'[key]\nusb_vendor = 1\nsealing = "tpm"\ntpm = "{bench.socket}"\ntpm_pcrs = [7]\n')
    found = look_at_chip(config)
    assert (found.verdict, found.said[:4]) == (Verdict.WARNING, "IBM ")
    assert "seals and opens, and is a program" in found.said
    bench.type_tool("changeauth", "-c", "owner", "somebodys")
    found = look_at_chip(config)
    assert (found.verdict, "tpm2_changeauth -c owner" in found.cure) == (Verdict.FAILED, True)
    bench.take_away()
    found = look_at_chip(config)
    assert (found.verdict, found.said) == (Verdict.FAILED, f"there is no TPM at {bench.socket}")
    assert "dtoverlay=tpm-slb9670" in found.cure


# What the chip and its bus are left with


class Wire:
    """Stands between the tools and the chip, as a probe on its bus, and keeps what passes."""

    def __init__(self, chip: Path, path: Path) -> None:
        self.seen = bytearray()
        self.path = path
        self._threads: list[threading.Thread] = []
        self._listeners: list[socket.socket] = []
        for suffix in ("", ".ctrl"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{path}{suffix}")
            listener.listen()
            self._listeners.append(listener)
            self._threads.append(threading.Thread(target=self._serve, args=(listener, f"{chip}{suffix}")))
            self._threads[-1].start()

    def close(self) -> None:
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)  # wakes its thread, which closing alone does not
        for thread in self._threads:
            thread.join()
        for listener in self._listeners:
            listener.close()

    def _serve(self, listener: socket.socket, chip: str) -> None:
        """One connection after the other, as swtpm has them."""
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                with near, socket.socket(socket.AF_UNIX) as far:
                    far.connect(chip)
                    self._carry(near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Until one of them ends."""
        others = {near: far, far: near}
        while True:
            for source in select.select(tuple(others), (), ())[0]:
                passed = source.recv(4096)
                if not passed:
                    return
                self.seen += passed
                others[source].sendall(passed)


@pytest.fixture
def wire(bench: SwtpmBench) -> Iterator[Wire]:
    with closing(Wire(bench.socket, bench.socket.with_name("wire"))) as between:
        yield between


@pytest.mark.parametrize("pcrs", [(), (7,)])
def test_who_listens_on_the_bus_does_not_see_the_secret(wire: Wire, pcrs: tuple[int, ...]) -> None:
    sealer = TpmSealer(TpmTools(wire.path), pcrs)
    assert sealer.open_secret(sealer.seal_secret(SECRET)) == SECRET
    assert len(wire.seen) > 1000
    assert SECRET not in wire.seen


def test_the_wire_would_show_it(wire: Wire, bench: SwtpmBench) -> None:
    """Without a session it passes as it is."""
    blob = bench.chip.seal_bytes(SECRET, ())
    for name, content in (("public", blob.public), ("private", blob.private)):
        (bench.socket.parent / name).write_bytes(content)
    for words in (
        ("createprimary", "-Q", "-C", "o", "-G", "ecc256", "-c", "primary"),
        ("load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "object"),
    ):
        bench.type_tool(*words)
        bench.type_tool("flushcontext", "-t")
    assert type_tool(wire.path, "unseal", "-c", "object") == SECRET
    assert SECRET in wire.seen


def test_nothing_is_left_in_the_chip(bench: SwtpmBench) -> None:
    sealer = TpmSealer(bench.chip, (7,))
    kept = sealer.seal_secret(SECRET)
    assert sealer.open_secret(kept) == SECRET
    for kind in ("handles-transient", "handles-loaded-session", "handles-saved-session", "handles-persistent"):
        assert bench.type_tool("getcap", kind) == b"", kind


def test_nothing_is_left_on_the_disk(bench: SwtpmBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sealer = TpmSealer(bench.chip)
    assert sealer.open_secret(sealer.seal_secret(SECRET)) == SECRET
    assert not list(tmp_path.iterdir())
