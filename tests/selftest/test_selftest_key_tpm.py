"""The self-test's line about the TPM that an access key is sealed by, on the TPM's twin; on swtpm, by the real tools:
tests/key/test_key_swtpm.py."""

from dataclasses import replace

import pytest

from device.config import Config, KeyConfig
from device.selftest.findings import Finding, Verdict
from device.selftest.key_tpm import TPM
from device.selftest.ports import DeviceAccess
from device.selftest.probes import ProbeOptions, run_probes
from drivers.vault.tpm_sealer import TpmBlob, TpmFacts
from drivers.vault.tpm_twin import TpmTwin
from sesame_core.piv.vault import VaultError
from simulator.surroundings import SimulatedWorld

KEY = replace(Config().key, usb_vendor=0x1209, usb_product=1, sealing="tpm")


def look(chip: TpmTwin, key: KeyConfig = KEY, kind: type[SimulatedWorld] = SimulatedWorld) -> list[Finding]:
    """The line, or none."""
    world = kind(config=replace(Config(), key=key))
    world.tpm = chip
    found = [each for each in run_probes(world, ProbeOptions(touch=False)) if each.probe == TPM]
    assert all(each.cure for each in found if each.verdict in {Verdict.FAILED, Verdict.WARNING})
    return found


def test_a_key_that_no_tpm_seals_and_a_reader_hear_nothing_of_it() -> None:
    assert look(TpmTwin(), replace(KEY, sealing="file")) == []
    assert look(TpmTwin(), Config().key) == []


@pytest.mark.parametrize("pcrs", [(), (0, 7)])
def test_a_chip_that_is_well_is_named(pcrs: tuple[int, ...]) -> None:
    said = "Infineon SLB9670 (firmware 7.85) seals and opens"
    assert look(TpmTwin(), replace(KEY, tpm_pcrs=pcrs)) == [Finding.good(TPM, said)]


def test_one_whose_maker_nobody_knows_is_named_by_its_letters() -> None:
    chip = TpmTwin()
    chip.facts = TpmFacts("XYZ", "T1", "1.2")
    assert look(chip) == [Finding.good(TPM, "XYZ T1 (firmware 1.2) seals and opens")]


@pytest.mark.parametrize("maker", ["IBM", "MSFT"])
def test_a_tpm_in_software_is_a_warning(maker: str) -> None:
    chip = TpmTwin()
    chip.facts = TpmFacts(maker, "SW TPM", "1.2")
    (found,) = look(chip)
    assert (found.verdict, "is a program" in found.said, "fit a chip" in found.cure) == (Verdict.WARNING, True, True)


def test_none_is_fitted_and_none_is_named() -> None:
    chip = TpmTwin()
    chip.fitted = False
    (found,) = look(chip)
    assert found == Finding.failed(TPM, "there is no TPM", "fit the one that belongs to this key")
    (found,) = look(TpmTwin(), replace(KEY, tpm=""))
    assert (found.verdict, "/dev/tpmrm0" in found.cure) == (Verdict.FAILED, True)


class Refusing(TpmTwin):
    """Its owner has a password."""

    def seal_bytes(self, plain: bytes, pcrs: tuple[int, ...]) -> TpmBlob:
        raise VaultError("the TPM refused tpm2 create: its owner has a password")


class Forgetting(TpmTwin):
    """Opens to something else."""

    def unseal_bytes(self, blob: TpmBlob, pcrs: tuple[int, ...]) -> bytes:
        return super().unseal_bytes(blob, pcrs)[::-1] + b"x"


def test_a_chip_that_refuses_and_one_that_opens_to_something_else() -> None:
    assert look(Refusing()) == [Finding.failed(TPM, "the TPM refused tpm2 create", "its owner has a password")]
    (found,) = look(Forgetting())
    assert (found.verdict, "something else" in found.said) == (Verdict.FAILED, True)


class ClosedWorld(SimulatedWorld):
    """Whoever looks is not in the group of the TPM."""

    def access(self, device: str) -> DeviceAccess:
        return DeviceAccess.DENIED if device == KEY.tpm else super().access(device)


def test_who_may_not_ask_it_is_told_who_may() -> None:
    (found,) = look(TpmTwin(), KEY, ClosedWorld)
    assert (found.verdict, found.cure) == (Verdict.LEFT_OUT, "sudo sesame doctor")
