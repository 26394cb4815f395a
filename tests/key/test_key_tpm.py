"""The device secret sealed by a TPM, on its twin: the contract, the power cut at every write, what tools answer."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from device.config import Config, KeyConfig
from device.errors import ConfigError
from device.esecure.store import choose_sealer, make_tpm_sealer
from drivers.vault.parts import DEVICE_PART
from drivers.vault.secret_sealer import FileSealer, SecretSealer, reseal_secret
from drivers.vault.tpm_sealer import Hierarchy, TpmBlob, TpmSealer
from drivers.vault.tpm_tools import TpmTools
from drivers.vault.tpm_twin import TpmTwin
from drivers.vault.twin import MemoryMedium, PowerCutError
from sesame.cli import main
from sesame.exits import Exit
from sesame_core.piv.vault import VaultError
from tests.key.sealer_contract import SECRET, SealerContract, sealed_vault


@dataclass
class TwinBench:
    """See TpmBench."""

    chip: TpmTwin = field(default_factory=TpmTwin)

    def clear_owner(self) -> None:
        self.chip.clear_owner()

    def extend_pcr(self, pcr: int, digest: bytes) -> None:
        self.chip.extend_pcr(pcr, digest)

    def restart(self) -> None:
        self.chip.restart()

    def take_away(self) -> None:
        self.chip.fitted = False


@pytest.fixture
def bench() -> TwinBench:
    return TwinBench()


@pytest.fixture
def other() -> TwinBench:
    return TwinBench()


class TestTheTwin(SealerContract):
    pass


# The power, and what does not open


def cuts_of_reseal(source: SecretSealer, target: SecretSealer, before: MemoryMedium) -> Iterator[MemoryMedium]:
    """The medium after the power went at each step."""
    whole = MemoryMedium(before.parts)
    reseal_secret(whole, source, target)
    assert whole.steps == 2
    for step in range(whole.steps):
        cut = MemoryMedium(before.parts)
        cut.cut_at = step
        with pytest.raises(PowerCutError):
            reseal_secret(cut, source, target)
        yield MemoryMedium(cut.parts)


def test_a_power_cut_while_the_sealing_changes_leaves_the_same_key() -> None:
    tpm, file, before = TpmSealer(TpmTwin()), FileSealer(), MemoryMedium()
    serial = sealed_vault(before, file).serial
    old, new = cuts_of_reseal(file, tpm, before)
    assert (sealed_vault(old, file).serial, sealed_vault(new, tpm).serial) == (serial, serial)
    old, back = cuts_of_reseal(tpm, file, new)
    assert (sealed_vault(old, tpm).serial, sealed_vault(back, file).serial) == (serial, serial)


def test_a_power_cut_while_the_first_key_is_made_leaves_a_key_or_none() -> None:
    tpm = TpmSealer(TpmTwin())
    whole = MemoryMedium()
    sealed_vault(whole, tpm)
    for step in range(whole.steps):
        medium = MemoryMedium()
        medium.cut_at = step
        with pytest.raises(PowerCutError):
            sealed_vault(medium, tpm)
        assert sealed_vault(MemoryMedium(medium.parts), tpm).check_pin(b"123456")


class Forgetful(TpmTwin):
    """A chip that is broken: what it opens is not what it sealed."""

    def unseal_bytes(self, blob: TpmBlob, pcrs: tuple[int, ...]) -> bytes:
        return bytes(len(super().unseal_bytes(blob, pcrs)))


def test_what_does_not_open_is_not_written() -> None:
    medium = MemoryMedium()
    sealed_vault(medium, FileSealer())
    before = dict(medium.parts)
    with pytest.raises(VaultError, match="nothing was written"):
        reseal_secret(medium, FileSealer(), TpmSealer(Forgetful()))
    assert medium.parts == before


def test_no_key_yet_and_a_secret_that_is_none_are_not_sealed() -> None:
    tpm = TpmSealer(TpmTwin())
    with pytest.raises(VaultError, match="no key yet"):
        reseal_secret(MemoryMedium(), FileSealer(), tpm)
    with pytest.raises(VaultError, match="32 bytes"):
        reseal_secret(MemoryMedium({DEVICE_PART: bytes(31)}), FileSealer(), tpm)


@pytest.mark.parametrize(
    "changed",
    [
        b'"form":2',
        b'"form":1,"owner":5',
        b'"form":1,"pcrs":5',
        b'"form":1,"public":"x"',
        b'"form":1,"x":' + b"[" * 9999,
    ],
)
def test_a_part_of_another_form_is_refused_without_a_word_of_it(changed: bytes) -> None:
    kept = b'{"sealed":"tpm",' + changed + b"}"
    with pytest.raises(VaultError, match="damaged, or of another version") as refused:
        TpmSealer(TpmTwin()).open_secret(kept)
    assert refused.value.__cause__ is None


# By its configuration


def test_the_configuration_chooses() -> None:
    assert isinstance(choose_sealer(Config()), FileSealer)
    assert isinstance(choose_sealer(Config(key=KeyConfig(sealing="tpm", tpm_pcrs=(0, 7)))), TpmSealer)
    with pytest.raises(ConfigError, match=r"key\.tpm"):
        make_tpm_sealer(Config(key=KeyConfig(sealing="tpm", tpm="")))


@pytest.mark.parametrize("word", ["tpm", "file"])
def test_the_verb_seals_no_key_that_is_not_there(word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "seal", word, "--state", str(tmp_path)]) == Exit.BOOKS
    assert "there is no key in" in capsys.readouterr().err


def test_the_verb_leaves_another_users_store_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mocker: MockerFixture
) -> None:
    (tmp_path / "key").mkdir()
    mocker.patch("sesame.key.seal.os.geteuid", return_value=4711)
    assert main(["key", "seal", "file", "--state", str(tmp_path)]) == Exit.BOOKS
    assert "belongs to another user" in capsys.readouterr().err
    assert not list((tmp_path / "key").iterdir())


# The tools: what they answer, one library call replaced


@pytest.fixture
def device(tmp_path: Path, mocker: MockerFixture) -> Path:
    mocker.patch("drivers.vault.tpm_tools.shutil.which", return_value="/usr/bin/tpm2")
    path = tmp_path / "tpmrm0"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"ERROR: Esys_CreatePrimary(0x9A2) - tpm:session(1):authorization failure", "owner has a password"),
        (b"ERROR: Esys_CreatePrimary(0x98E) - tpm:session(1):the authorization HMAC", "owner has a password"),
        (b"ERROR: Esys_CreatePrimary(0x902) - tpm:warn(2.0): out of memory", r"refused tpm2 createprimary \(0x902\)"),
        (b"ERROR: Could not load tcti", "refused tpm2 createprimary: "),
    ],
)
def test_what_the_tools_refuse(device: Path, mocker: MockerFixture, said: bytes, expected: str) -> None:
    done = subprocess.CompletedProcess[bytes]([], 1, b"", said)
    mocker.patch("drivers.vault.tpm_tools.subprocess.run", return_value=done)
    with pytest.raises(VaultError, match=expected):
        TpmTools(device).name_primary(Hierarchy.OWNER)


def test_a_chip_that_does_not_answer(device: Path, mocker: MockerFixture) -> None:
    mocker.patch("drivers.vault.tpm_tools.subprocess.run", side_effect=subprocess.TimeoutExpired("tpm2", 1))
    with pytest.raises(VaultError, match="does not answer"):
        TpmTools(device).seal_bytes(SECRET, ())


def test_a_program_that_cannot_be_started(device: Path, mocker: MockerFixture) -> None:
    mocker.patch("drivers.vault.tpm_tools.subprocess.run", side_effect=PermissionError(13, "Permission denied"))
    with pytest.raises(VaultError, match="the TPM cannot be worked with"):
        TpmTools(device).seal_bytes(SECRET, ())


def test_no_rights_to_the_chip(device: Path, mocker: MockerFixture) -> None:
    mocker.patch("drivers.vault.tpm_tools.os.access", return_value=False)
    with pytest.raises(VaultError, match="tss"):
        TpmTools(device).name_primary(Hierarchy.OWNER)


def test_no_tools_and_no_chip(tmp_path: Path, mocker: MockerFixture) -> None:
    which = mocker.patch("drivers.vault.tpm_tools.shutil.which", return_value=None)
    with pytest.raises(VaultError, match="apt-get install tpm2-tools"):
        TpmTools(tmp_path).name_primary(Hierarchy.OWNER)
    which.return_value = "/usr/bin/tpm2"
    with pytest.raises(VaultError, match="there is no TPM at"):
        TpmTools(tmp_path / "tpmrm0").name_primary(Hierarchy.OWNER)
