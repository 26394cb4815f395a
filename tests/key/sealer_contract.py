"""What every TPM must do for a key: the same tests on the twin and on swtpm, a TPM 2.0 in software."""

import re
from collections.abc import Callable
from typing import Protocol

import pytest

from drivers.vault.first_values import give_published
from drivers.vault.parts import DEVICE_PART
from drivers.vault.sealed import SealedVault, open_vault
from drivers.vault.secret_sealer import FileSealer, SecretMedium, SecretSealer, reseal_secret
from drivers.vault.tpm_sealer import TpmChip, TpmSealer
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.vault import VaultError
from tests.key.made import CHEAP

SECRET = bytes(range(32))
MEASURED = bytes(31) + b"\1"


class TpmBench(Protocol):
    """A TPM, and what can happen to it."""

    chip: TpmChip

    def clear_owner(self) -> None:
        """TPM2_Clear, as the firmware's menu has it."""
        ...

    def extend_pcr(self, pcr: int, digest: bytes) -> None:
        """Something is measured."""
        ...

    def restart(self) -> None:
        """The machine, and the TPM with it."""
        ...

    def take_away(self) -> None:
        """Out of its socket."""
        ...


def sealed_vault(medium: MemoryMedium, sealer: SecretSealer) -> SealedVault:
    """The vault on a medium whose device secret is sealed."""
    return open_vault(SecretMedium(medium, sealer), give_published, cost=CHEAP)


class SealerContract:
    """Inherited by the tests of each TPM; they give `bench` and `other`."""

    def test_a_key_lives_on_the_chip_that_made_it_over_a_restart(self, bench: TpmBench) -> None:
        medium = MemoryMedium()
        made = sealed_vault(medium, TpmSealer(bench.chip))
        bench.restart()
        again = sealed_vault(medium, TpmSealer(bench.chip))
        assert again.serial == made.serial
        assert again.check_pin(b"123456")

    def test_the_secret_is_not_on_the_medium(self, bench: TpmBench) -> None:
        kept = TpmSealer(bench.chip).seal_secret(SECRET)
        for byte_string in (SECRET, SECRET.hex().encode()):
            assert byte_string not in kept
        assert TpmSealer(bench.chip).open_secret(kept) == SECRET

    def test_another_chip_says_that_it_is_another(self, bench: TpmBench, other: TpmBench) -> None:
        kept = TpmSealer(bench.chip).seal_secret(SECRET)
        with pytest.raises(VaultError, match="another TPM has sealed"):
            TpmSealer(other.chip).open_secret(kept)

    def test_a_cleared_chip_says_that_it_was_cleared_and_takes_a_new_key(self, bench: TpmBench) -> None:
        kept = TpmSealer(bench.chip).seal_secret(SECRET)
        bench.clear_owner()
        with pytest.raises(VaultError, match="was cleared"):
            TpmSealer(bench.chip).open_secret(kept)
        assert TpmSealer(bench.chip).open_secret(TpmSealer(bench.chip).seal_secret(SECRET)) == SECRET

    def test_a_blob_that_was_touched_is_damaged(self, bench: TpmBench) -> None:
        kept = TpmSealer(bench.chip).seal_secret(SECRET)
        last = kept.rindex(b'"')
        digit = b"0" if kept[last - 1 : last] != b"0" else b"1"
        with pytest.raises(VaultError, match="damaged"):
            TpmSealer(bench.chip).open_secret(kept[: last - 1] + digit + kept[last:])

    def test_what_is_measured_decides_where_it_was_sealed_to(self, bench: TpmBench) -> None:
        sealer = TpmSealer(bench.chip, (7, 0, 7))
        kept = sealer.seal_secret(SECRET)
        bench.extend_pcr(8, MEASURED)
        assert sealer.open_secret(kept) == SECRET, "a PCR that nobody asked about"
        bench.extend_pcr(7, MEASURED)
        with pytest.raises(VaultError, match=r"PCR 0, 7.*sesame key seal file"):
            sealer.open_secret(kept)
        bench.restart()
        assert TpmSealer(bench.chip).open_secret(kept) == SECRET, "by the part's own PCRs"

    def test_without_pcrs_what_is_measured_is_nobodys_business(self, bench: TpmBench) -> None:
        kept = TpmSealer(bench.chip).seal_secret(SECRET)
        bench.extend_pcr(0, MEASURED)
        assert TpmSealer(bench.chip).open_secret(kept) == SECRET

    def test_the_pcrs_of_the_part_are_not_for_its_reader_to_choose(self, bench: TpmBench) -> None:
        """Somebody takes them out of the file: the chip keeps the policy itself."""
        kept = TpmSealer(bench.chip, (7,)).seal_secret(SECRET)
        bench.extend_pcr(7, MEASURED)
        with pytest.raises(VaultError):
            TpmSealer(bench.chip).open_secret(kept.replace(b'"pcrs":[7]', b'"pcrs":[]'))

    def test_it_says_which_one_it_is_as_long_as_it_is_there(self, bench: TpmBench) -> None:
        facts = bench.chip.describe_chip()
        assert re.fullmatch(r"[A-Z]{3,4}", facts.maker), facts
        assert facts.model
        assert facts.model == facts.model.strip()
        assert re.fullmatch(r"\d+\.\d+", facts.firmware), facts
        bench.take_away()
        with pytest.raises(VaultError, match="there is no TPM"):
            bench.chip.describe_chip()

    def test_no_chip_no_key_and_nothing_is_written(self, bench: TpmBench) -> None:
        medium = MemoryMedium()
        bench.take_away()
        with pytest.raises(VaultError, match="there is no TPM"):
            sealed_vault(medium, TpmSealer(bench.chip))
        assert not medium.parts

    @pytest.mark.parametrize("towards", ["tpm", "file"])
    def test_a_store_changes_its_sealing_and_is_the_same_key(self, bench: TpmBench, towards: str) -> None:
        ways: dict[str, Callable[[], SecretSealer]] = {"tpm": lambda: TpmSealer(bench.chip), "file": FileSealer}
        target = ways.pop(towards)()
        source = next(iter(ways.values()))()
        medium = MemoryMedium()
        serial = sealed_vault(medium, source).serial
        reseal_secret(medium, source, target)
        assert sealed_vault(medium, target).serial == serial
        with pytest.raises(VaultError, match="sesame key seal"):
            sealed_vault(medium, source)
        assert len(medium.parts[DEVICE_PART]) != 32 or towards == "file"
