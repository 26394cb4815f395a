"""The probe of the TPM that an access key is sealed by: whether it is there, seals and opens, and which it is.

It seals random bytes and has them opened again: nothing stays in the chip, and the key's own secret is not touched.
Makers: the TCG's TPM Vendor ID Registry.
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from device.config import Config
from device.selftest.findings import Finding
from device.selftest.ports import DeviceAccess, World
from sesame_core.piv.vault import VaultError

if TYPE_CHECKING:
    from drivers.vault.tpm_sealer import TpmChip, TpmFacts

TPM: Final = "key tpm"
PROOF_BYTES: Final = 16

MAKERS: Final[Mapping[str, str]] = {
    "ATML": "Microchip",
    "IFX": "Infineon",
    "NTC": "Nuvoton",
    "STM": "STMicroelectronics",
}
SOFTWARE: Final = frozenset({"IBM", "MSFT"})
"""What programs that stand for a chip call themselves: swtpm, and Microsoft's reference."""


def probe_tpm(world: World, config: Config) -> Iterator[Finding]:
    """Nothing where the key is sealed by none."""
    if config.key.sealing != "tpm":
        return
    if not config.key.tpm:
        yield Finding.failed(TPM, "no TPM is named", 'set tpm below [key]: "/dev/tpmrm0" on a Raspberry Pi')
    elif world.access(config.key.tpm) is DeviceAccess.DENIED:
        yield Finding.left_out(TPM, f"only root and the key's service may ask {config.key.tpm}", "sudo sesame doctor")
    else:
        yield _try_chip(world.open_tpm(config), config.key.tpm_pcrs)


def _try_chip(chip: "TpmChip", pcrs: tuple[int, ...]) -> Finding:
    proof = os.urandom(PROOF_BYTES)
    try:
        facts = chip.describe_chip()
        opened = chip.unseal_bytes(chip.seal_bytes(proof, pcrs), pcrs)
    except VaultError as error:
        return Finding.of_error(TPM, error)
    name = _name_chip(facts)
    if opened != proof:
        return Finding.failed(TPM, f"{name} opens to something else than was sealed", "do not trust it: fit another")
    if facts.maker in SOFTWARE:
        cure = "for a key that is used, fit a chip: whoever copies this machine has copied a TPM in software, too"
        return Finding.warning(TPM, f"{name} seals and opens, and is a program", cure)
    return Finding.good(TPM, f"{name} seals and opens")


def _name_chip(facts: "TpmFacts") -> str:
    return f"{MAKERS.get(facts.maker, facts.maker)} {facts.model} (firmware {facts.firmware})"
