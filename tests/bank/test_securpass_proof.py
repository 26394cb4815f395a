"""A proof is verified without the bank: by the command, by openssl; and whatever is changed in it is found."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bank.demo.database import open_database
from bank.operations.ports import Operation
from bank.securpass.ports import PhoneOutcome
from bank.securpass.proofs.evidence import ProofFileError, export_proof, verify_proof, write_pem
from sesame.cli import main
from tests.bank.app_counter import AppCounter

LIMIT_S = 60


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bank")


@pytest.fixture(scope="module")
def bank(state: Path) -> Iterator[AppCounter]:
    with closing(open_database(state)) as store:
        yield AppCounter(store)


@pytest.fixture(scope="module")
def approved(bank: AppCounter) -> Operation:
    phone = bank.usable_phone()
    operation = bank.ask(amount=4199)
    assert phone.approve(operation, phone.prompt(operation)).outcome is PhoneOutcome.DONE
    return operation


@pytest.fixture
def proof(bank: AppCounter, approved: Operation) -> dict[str, Any]:
    return export_proof(bank.app.frame, approved.operation_id, with_code_key=True)


def test_the_command_exports_and_verifies(
    state: Path, approved: Operation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--state", str(state), "--json"]
    assert main(["bank", "securpass", "proof", approved.operation_id, *given]) == 0
    plain = json.loads(capsys.readouterr().out)["proof"]
    assert "code_key" not in plain, "whoever has it and the telephone could try codes"
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(plain), encoding="utf-8")
    assert main(["bank", "securpass", "verify-proof", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["act"], told["by"], told["code_verified"]) == ("approve", "code", False)
    assert ["Montant", "41,99\N{NO-BREAK SPACE}€"] in told["shown"]
    plain["request"] = plain["request"][:-2] + "00"
    file.write_text(json.dumps(plain), encoding="utf-8")
    assert main(["bank", "securpass", "verify-proof", str(file)]) == 1
    assert "the telephone did not sign" in capsys.readouterr().err


def test_openssl_says_the_same(proof: dict[str, Any], tmp_path: Path) -> None:
    for name, octets in write_pem(proof).items():
        (tmp_path / name).write_bytes(octets)
    phone = ["dgst", "-sha256", "-verify", "device.pem", "-signature", "request.sig", "request.json"]
    bank = ["pkeyutl", "-verify", "-pubin", "-inkey", "bank.pem", "-rawin", "-in", "operation.json"]
    openssl = shutil.which("openssl")
    assert openssl
    for command in (phone, [*bank, "-sigfile", "operation.sig"]):
        run = subprocess.run([openssl, *command], cwd=tmp_path, capture_output=True, timeout=LIMIT_S, check=False)
        assert run.returncode == 0, run.stderr


def test_with_the_code_key_the_code_is_verified_too(proof: dict[str, Any]) -> None:
    assert verify_proof(proof).second
    other = proof | {"code_key": proof["bank_key"]}
    with pytest.raises(ProofFileError, match="the code did not sign"):
        verify_proof(other)


@pytest.mark.parametrize(
    "part", ["operation", "bank_signature", "bank_key", "request", "device_signature", "device_key"]
)
def test_every_part_that_is_changed_is_found(proof: dict[str, Any], part: str) -> None:
    """The first, the middle and the last octet of each."""
    octets = bytes.fromhex(proof[part])
    for place in (0, len(octets) // 2, len(octets) - 1):
        changed = octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]
        with pytest.raises(ProofFileError):
            verify_proof(proof | {part: changed.hex()})


def test_a_request_about_another_operation_proves_nothing(bank: AppCounter, proof: dict[str, Any]) -> None:
    other = bank.ask(amount=1)
    octets, signature = bank.app.sign_operation(other)
    with pytest.raises(ProofFileError, match="another operation"):
        verify_proof(proof | {"operation": octets.hex(), "bank_signature": signature.hex()})


@pytest.mark.parametrize("text", [{}, {"format": "x"}, {"format": "securpass-proof-1"}])
def test_what_is_no_proof_is_said_to_be_none(text: dict[str, str]) -> None:
    with pytest.raises(ProofFileError, match="no proof"):
        verify_proof(text)
