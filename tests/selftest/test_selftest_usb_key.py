"""The self-test of a machine that is an access key: its USB side and its store."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from device.config import Config
from device.selftest.findings import Verdict
from device.selftest.ports import DeviceAccess
from device.selftest.probes import ProbeOptions, run_probes
from device.selftest.usb_key import CONTROLLERS, GADGET, KEPT, PARTS, STORE, USB, probe_store
from drivers.updates.memory import UPDATES_PART, UpdateMemory
from drivers.vault.sealed import open_seal
from drivers.vault.tpm_twin import TpmTwin
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.vault import VaultError
from simulator.surroundings import SimulatedWorld
from tests.key.made import vault_on

KEY = replace(Config(), key=replace(Config().key, usb_vendor=0x1209, usb_product=1))
CONTROLLER = "3f980000.usb"


def lay_store() -> dict[str, str]:
    """A key's parts, a letter a byte; with what it remembers of updates."""
    medium = MemoryMedium()
    vault_on(medium)
    UpdateMemory(medium, open_seal(medium), datetime.min.replace(tzinfo=UTC)).raise_floor(1)
    return {f"{KEPT}/{part}": content.decode("latin-1") for part, content in medium.parts.items()}


WELL = {f"{GADGET}/UDC": CONTROLLER, f"{CONTROLLERS}/{CONTROLLER}/state": "configured", **lay_store()}


def find(files: dict[str, str], config: Config = KEY) -> dict[str, tuple[Verdict, str]]:
    world = SimulatedWorld(config=config)
    world.files = files
    found = list(run_probes(world, ProbeOptions(touch=False)))
    assert all(each.cure for each in found if each.verdict in {Verdict.FAILED, Verdict.WARNING})
    return {each.probe: (each.verdict, each.said) for each in found if each.probe in {USB, STORE}}


def test_a_reader_hears_nothing_of_it() -> None:
    assert find({}, Config()) == {}


def test_a_key_that_is_well() -> None:
    assert {probe: verdict for probe, (verdict, _) in find(WELL).items()} == {USB: Verdict.GOOD, STORE: Verdict.GOOD}


@pytest.mark.parametrize(
    ("gone", "verdict", "said"),
    [
        ((CONTROLLERS,), Verdict.FAILED, "no USB port that can be a device"),
        ((GADGET,), Verdict.FAILED, "was not raised"),
    ],
)
def test_what_the_kernel_lacks(gone: tuple[str, ...], verdict: Verdict, said: str) -> None:
    found = find({path: value for path, value in WELL.items() if not path.startswith(gone)})[USB]
    assert found[0] is verdict
    assert said in found[1]


@pytest.mark.parametrize(
    ("changed", "verdict", "said"),
    [
        ({f"{GADGET}/UDC": ""}, Verdict.FAILED, f"not bound to {CONTROLLER}"),
        ({f"{CONTROLLERS}/{CONTROLLER}/state": "not attached"}, Verdict.WARNING, "not attached"),
    ],
)
def test_the_light_does_not_come_on(changed: dict[str, str], verdict: Verdict, said: str) -> None:
    found = find(WELL | changed)[USB]
    assert found[0] is verdict
    assert said in found[1]


def test_a_key_without_a_number() -> None:
    assert "no USB number" in find(WELL, Config())[USB][1]


def test_a_store_before_the_first_start_and_one_that_lost_a_part() -> None:
    none = {path: value for path, value in WELL.items() if not path.startswith(KEPT)}
    assert find(none)[STORE] == (Verdict.GOOD, "there is no key yet: the first start makes one")
    assert find({**none, f"{KEPT}/digits": ""})[STORE] == (Verdict.FAILED, "parts of the key are gone: device, keys")


@pytest.mark.parametrize("part", [*PARTS, UPDATES_PART])
def test_a_store_with_a_bit_that_flipped_names_the_part(part: str) -> None:
    """It was called whole: its names were."""
    whole = WELL[f"{KEPT}/{part}"]
    verdict, said = find(WELL | {f"{KEPT}/{part}": whole[:20] + chr(ord(whole[20]) ^ 1) + whole[21:]})[STORE]
    assert verdict is Verdict.FAILED
    assert f"part {part} is damaged" in said


def test_a_store_that_the_disk_does_not_give_is_not_a_key_that_was_never_made() -> None:
    class Failing(SimulatedWorld):
        def open_store(self, path: str) -> MemoryMedium:
            raise VaultError(f"cannot read {path} (Input/output error): check rights, then the disk it lies on")

    (found,) = probe_store(Failing(config=KEY), KEY)
    assert (found.verdict, found.cure) == (Verdict.FAILED, "check rights, then the disk it lies on")


def test_a_store_that_a_tpm_seals_is_not_opened_by_who_may_not_ask_it() -> None:
    class Closed(SimulatedWorld):
        def access(self, device: str) -> DeviceAccess:
            return DeviceAccess.DENIED if device == KEY.key.tpm else super().access(device)

    config = replace(KEY, key=replace(KEY.key, sealing="tpm"))
    world = Closed(config=config)
    world.files = WELL
    (found,) = probe_store(world, config)
    assert found.verdict is Verdict.LEFT_OUT
    asked = SimulatedWorld(config=config)
    asked.files, asked.tpm = WELL, TpmTwin()
    (found,) = probe_store(asked, config)
    assert (found.verdict, "sesame key seal tpm" in found.cure) == (Verdict.FAILED, True), "it lies there as it is"
