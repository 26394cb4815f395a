"""A TPM 2.0 by the tpm2-tools of its makers' stack, one process a step (docs/dev/decisions/tpm-by-its-tools.md).

The secret goes to a tool and comes from it by a pipe, never in an argument or a file. Between tool and chip it is
encrypted under a session that is salted with the chip's own primary key (TCG, TPM 2.0 Library Part 1, on session-based
encryption), so that who listens on the bus sees nothing of it. Sources: the manual pages tpm2_create(1),
tpm2_startauthsession(1), tpm2_policypcr(1), tpm2_unseal(1) of tpm2-tools 5.4; response codes: Part 2, TPM_RC.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drivers.vault.tpm_sealer import ForeignBlobError, Hierarchy, PcrChangedError, TpmAwayError, TpmBlob, TpmFacts
from sesame_core.piv.vault import VaultError

PROGRAM: Final = "tpm2"
LONGEST_STEP: Final = 60.0
"""Seconds. A chip that tests itself first may take some; one that takes more does not answer."""

BANK: Final = "sha256"
OPEN_BY_ANYBODY: Final = "fixedtpm|fixedparent|noda|userwithauth"
OPEN_BY_POLICY: Final = "fixedtpm|fixedparent|noda|adminwithpolicy"

RESPONSE: Final = re.compile(r"0x([0-9A-Fa-f]{1,8})\)")
FORMAT_ONE: Final = 0xBF
"""What stays of a response code of format one without the number of the handle, session or parameter."""

PROPERTY: Final = re.compile(r"^TPM2_PT_(\w+):\s+raw: 0x([0-9A-Fa-f]{1,8})$", re.MULTILINE)
"""As tpm2_getcap(1) prints the fixed properties (Part 2, TPM_PT): letters are four to a word, the first on top."""
MODEL: Final = tuple(f"VENDOR_STRING_{number}" for number in range(1, 5))

AUTH_FAIL, POLICY_FAIL, INTEGRITY, BAD_AUTH = 0x8E, 0x9D, 0x9F, 0xA2


class TpmTools:
    """See TpmChip. `device`: the kernel's, with its resource manager (/dev/tpmrm0) or without, or swtpm's socket."""

    def __init__(self, device: Path) -> None:
        self._device = device

    def describe_chip(self) -> TpmFacts:
        """See TpmChip."""
        with self._bench() as bench:
            told = bench.run("getcap", "properties-fixed").decode("ascii", "replace")
        found = {name: int(value, 16) for name, value in PROPERTY.findall(told)}
        firmware = found.get("FIRMWARE_VERSION_1", 0)
        model = "".join(_spell_word(found.get(name, 0)) for name in MODEL)
        maker = _spell_word(found.get("MANUFACTURER", 0)).strip()
        return TpmFacts(maker, model.strip(), f"{firmware >> 16}.{firmware & 0xFFFF}")

    def name_primary(self, hierarchy: Hierarchy) -> bytes:
        """See TpmChip."""
        with self._bench() as bench:
            bench.make_primary(hierarchy)
            bench.run("readpublic", "-Q", "-c", "primary", "-n", "name")
            return bench.read("name")

    def seal_bytes(self, plain: bytes, pcrs: tuple[int, ...]) -> TpmBlob:
        """See TpmChip."""
        with self._bench() as bench:
            bench.make_primary(Hierarchy.OWNER)
            rule = ["-a", OPEN_BY_ANYBODY]
            if pcrs:
                with bench.session("trial"):
                    bench.bind_pcrs("trial", pcrs, "-L", "policy")
                rule = ["-a", OPEN_BY_POLICY, "-L", "policy"]
            with bench.session("talk", "--hmac-session", "-c", "primary"):
                words = ("create", "-Q", "-C", "primary", "-P", "session:talk", "-u", "public", "-r", "private")
                bench.run(*words, "-i", "-", *rule, given=plain)
            return TpmBlob(bench.read("public"), bench.read("private"))

    def unseal_bytes(self, blob: TpmBlob, pcrs: tuple[int, ...]) -> bytes:
        """See TpmChip."""
        with self._bench() as bench:
            bench.write("public", blob.public)
            bench.write("private", blob.private)
            bench.make_primary(Hierarchy.OWNER)
            bench.run("load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "object")
            with bench.session("talk", "--policy-session" if pcrs else "--hmac-session", "-c", "primary"):
                if pcrs:
                    bench.bind_pcrs("talk", pcrs)
                return bench.run("unseal", "-c", "object", "-p", "session:talk")

    @contextmanager
    def _bench(self) -> Iterator["_Bench"]:
        """A folder for what the tools hand on: nothing in it opens anything without the chip. Raises VaultError."""
        program = shutil.which(PROGRAM)
        if program is None:
            raise VaultError("tpm2-tools are needed to reach a TPM: type sudo apt-get install tpm2-tools")
        self._check_device()
        try:
            with tempfile.TemporaryDirectory(prefix="sesame-tpm-") as folder:
                yield _Bench(program, self._device, Path(folder))
        except OSError as cause:
            raise VaultError(f"the TPM cannot be worked with ({cause.strerror}): check rights and space") from cause

    def _check_device(self) -> None:
        if not self._device.exists():
            raise TpmAwayError(
                f"there is no TPM at {self._device}: fit the one that belongs to this key, name it in"
                " /boot/firmware/config.txt (dtoverlay=tpm-slb9670) and restart, or set key.tpm to where it is"
            )
        if not os.access(self._device, os.R_OK | os.W_OK):
            raise TpmAwayError(
                f"{self._device} is not open to this user: type sudo ./install --key, which lets the key's service at"
                " the TPM that is configured (group tss); a command by hand wants root, or that group"
            )


class _Bench:
    """One folder, one chip, one tool after the other."""

    def __init__(self, program: str, device: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._device = device
        # Without the kernel's resource manager what a tool has loaded stays in the chip, which has room for three.
        self._flushes = not device.name.startswith("tpmrm")

    def make_primary(self, hierarchy: Hierarchy) -> None:
        """The file `primary`: the key that the chip derives anew each time."""
        self.run("createprimary", "-Q", "-C", hierarchy.value, "-G", "ecc256", "-c", "primary")

    def bind_pcrs(self, session: str, pcrs: tuple[int, ...], *more: str) -> None:
        """That session's policy: what is in these PCRs now."""
        self.run("policypcr", "-Q", "-S", session, "-l", f"{BANK}:{','.join(map(str, pcrs))}", *more)

    @contextmanager
    def session(self, name: str, *kind: str) -> Iterator[None]:
        """A session of that name, out of the chip again afterwards; without a kind, a trial of a policy."""
        self.run("startauthsession", "-S", name, *kind)
        try:
            yield
        finally:
            self._ask("flushcontext", name)

    def run(self, *words: str, given: bytes = b"") -> bytes:
        """A tool's output. Raises VaultError."""
        done = self._ask(*words, given=given)
        if self._flushes:
            self._ask("flushcontext", "-t")
        if done.returncode:
            raise _explain(words[0], done.stderr.decode(errors="replace"))
        return done.stdout

    def read(self, name: str) -> bytes:
        """A file of the bench. Raises OSError."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """A file of the bench. Raises OSError."""
        (self._folder / name).write_bytes(content)

    def _ask(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        way = f"swtpm:path={self._device}" if self._device.is_socket() else f"device:{self._device}"
        try:
            return subprocess.run(  # noqa: S603 - a fixed program, words of ours
                [self._program, *words, "-T", way],
                input=given,
                capture_output=True,
                cwd=self._folder,
                env={**os.environ, "LC_ALL": "C", "TSS2_LOG": "all+ERROR"},
                timeout=LONGEST_STEP,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise VaultError(f"the TPM at {self._device} does not answer: restart the machine") from None


def _spell_word(word: int) -> str:
    """Four letters; what is none, or fills up, is left out."""
    return "".join(chr(octet) for octet in word.to_bytes(4, "big") if 0x20 <= octet < 0x7F)


def _explain(step: str, said: str) -> VaultError:
    """By the response code among the tool's words; the words themselves are for its makers."""
    codes = [int(found, 16) for found in RESPONSE.findall(said)]
    kinds = {code & FORMAT_ONE for code in codes if code & 0x80}
    if INTEGRITY in kinds:
        return ForeignBlobError("the TPM does not know this blob")
    if POLICY_FAIL in kinds:
        return PcrChangedError("the TPM's PCRs are not those of the sealing")
    if kinds & {AUTH_FAIL, BAD_AUTH}:
        return VaultError(
            f"the TPM refused {PROGRAM} {step}: its owner has a password, and the key knows none; take it away with:"
            " tpm2_changeauth -c owner -p PASSWORD"
        )
    code = f" (0x{codes[0]:x})" if codes else ""
    return VaultError(f"the TPM refused {PROGRAM} {step}{code}: `tpm2_getcap properties-variable` says how it is")
