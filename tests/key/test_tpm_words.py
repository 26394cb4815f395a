"""What tpm2-tools are asked, word by word, and what is made of their answers: a `tpm2` on the path notes its words.

Expected are the options of the manual pages of tpm2-tools 5.4; that a chip takes them: test_key_swtpm.py.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.vault.tpm_sealer import ForeignBlobError, Hierarchy, PcrChangedError, TpmBlob
from drivers.vault.tpm_tools import TpmTools
from sesame_core.piv.vault import VaultError
from tests.key.sealer_contract import SECRET

SCRIPT = """#!/bin/sh
printf '%s\\n' "$LC_ALL $TSS2_LOG: $*" >>"{kept}/words"
if test -f "{kept}/said-at-$1"; then cat "{kept}/said-at-$1" >&2; exit 1; fi
case $1 in
readpublic) printf 'name of the primary' >name ;;
create) cat >"{kept}/given"; printf 'its public part' >public; printf 'its private part' >private ;;
load) cat public private >"{kept}/loaded" ;;
unseal) cat "{kept}/given" ;;
esac
"""

PRIMARY = "createprimary -Q -C o -G ecc256 -c primary"
TRIAL = ["startauthsession -S trial", "policypcr -Q -S trial -l sha256:0,7 -L policy"]
CREATE = "create -Q -C primary -P session:talk -u public -r private -i -"
LOAD = "load -Q -C primary -u public -r private -c object"
UNSEAL = "unseal -c object -p session:talk"
SEALED = TpmBlob(b"its public part", b"its private part")


@dataclass(frozen=True)
class PlayedTools:
    """A folder: `device` is the chip, beside it lies what the tools were asked."""

    folder: Path
    device: Path

    def take_words(self) -> list[str]:
        """Each step since the last look, without what all of them have in common."""
        lines = (self.folder / "words").read_text().splitlines()
        (self.folder / "words").unlink()
        before, after = "C all+ERROR: ", f" -T device:{self.device}"
        assert all(line.startswith(before) and line.endswith(after) for line in lines), lines
        return [line.removeprefix(before).removesuffix(after) for line in lines]

    def refuse(self, step: str, said: str) -> None:
        """From now on that step fails, with these words."""
        (self.folder / f"said-at-{step}").write_text(said)


@pytest.fixture(params=["tpmrm0", "tpm0"])
def tools(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedTools]:
    """With the kernel's resource manager, and without."""
    program = tmp_path / "bin/tpm2"
    program.parent.mkdir()
    program.write_text(SCRIPT.format(kept=tmp_path))
    program.chmod(0o755)
    (tmp_path / request.param).touch()
    (tmp_path / "left").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "left"))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    yield PlayedTools(tmp_path, tmp_path / request.param)
    assert not list((tmp_path / "left").iterdir()), "a folder of the tools is left"


def steps(tools: PlayedTools, *words: str) -> list[str]:
    """As they are asked of this chip: without a resource manager each but the ends of sessions is followed by a flush,
    for a chip has room for three objects."""
    if tools.device.name == "tpmrm0":
        return list(words)
    flushed = ([each] if each.startswith("flushcontext") else [each, "flushcontext -t"] for each in words)
    return [word for pair in flushed for word in pair]


@pytest.mark.parametrize(("hierarchy", "letter"), [(Hierarchy.OWNER, "o"), (Hierarchy.ENDORSEMENT, "e")])
def test_the_name_of_a_primary_key(tools: PlayedTools, hierarchy: Hierarchy, letter: str) -> None:
    assert TpmTools(tools.device).name_primary(hierarchy) == b"name of the primary"
    primary = f"createprimary -Q -C {letter} -G ecc256 -c primary"
    assert tools.take_words() == steps(tools, primary, "readpublic -Q -c primary -n name")


def test_sealed_for_whoever_has_the_chip(tools: PlayedTools) -> None:
    chip = TpmTools(tools.device)
    assert chip.seal_bytes(SECRET, ()) == SEALED
    assert (tools.folder / "given").read_bytes() == SECRET
    talk, end = "startauthsession -S talk --hmac-session -c primary", "flushcontext talk"
    create = f"{CREATE} -a fixedtpm|fixedparent|noda|userwithauth"
    assert tools.take_words() == steps(tools, PRIMARY, talk, create, end)
    assert chip.unseal_bytes(SEALED, ()) == SECRET
    assert (tools.folder / "loaded").read_bytes() == SEALED.public + SEALED.private
    assert tools.take_words() == steps(tools, PRIMARY, LOAD, talk, UNSEAL, end)


def test_sealed_to_what_the_machine_has_measured(tools: PlayedTools) -> None:
    chip = TpmTools(tools.device)
    assert chip.seal_bytes(SECRET, (0, 7)) == SEALED
    talk, end = "startauthsession -S talk --hmac-session -c primary", "flushcontext talk"
    create = f"{CREATE} -a fixedtpm|fixedparent|noda|adminwithpolicy -L policy"
    assert tools.take_words() == steps(tools, PRIMARY, *TRIAL, "flushcontext trial", talk, create, end)
    assert chip.unseal_bytes(SEALED, (0, 7)) == SECRET
    talk, bound = talk.replace("--hmac", "--policy"), "policypcr -Q -S talk -l sha256:0,7"
    assert tools.take_words() == steps(tools, PRIMARY, LOAD, talk, bound, UNSEAL, end)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("tpm:session(1):the policy failed (0x99D)", PcrChangedError, "not those of the sealing"),
        ("tpm:parameter(1):integrity check failed (0x1DF)", ForeignBlobError, "does not know this blob"),
        ("tpm:session(1):authorization failure (0x9A2)", VaultError, r"refused tpm2 unseal: its owner has a password"),
        ("tpm:warn(2.0): the TPM is rate limiting (0x920)", VaultError, r"refused tpm2 unseal \(0x920\): `tpm2_getcap"),
    ],
)
def test_what_a_step_refuses_is_said_and_its_session_ended(
    tools: PlayedTools, said: str, kind: type[VaultError], words: str
) -> None:
    tools.refuse("unseal", f"ERROR: {said}\n")
    with pytest.raises(VaultError, match=words) as refused:
        TpmTools(tools.device).unseal_bytes(SEALED, ())
    assert type(refused.value) is kind
    assert tools.take_words()[-1] == "flushcontext talk"
