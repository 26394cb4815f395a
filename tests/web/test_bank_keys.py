"""The helpdesk's verbs: from the maker's step to a lost key, and what a wrong line is told."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from bank.demo.database import open_database
from bank.esecure.enrolling import EnrolError, KeyEnrolment
from bank.esecure.frame import EsecureFrame
from bank.pki.judging import CertificateVerdict
from drivers.vault.attesting import certify_itself
from sesame import cli
from tests.bank.keyed import Device
from tests.web.test_bank_served import state

__all__ = ["state"]

Said = Callable[..., dict[str, object]]


@pytest.fixture
def said(state: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a verb prints with --json."""

    def run(*words: str) -> dict[str, object]:
        capsys.readouterr()
        cli.main(["bank", *words, "--json", "--state", str(state)])
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    return run


@pytest.fixture
def device(tmp_path: Path) -> Device:
    made = Device()
    (tmp_path / "f9.der").write_bytes(made.own_certificate())
    return made


def keys_of(said: Said) -> list[dict[str, Any]]:
    listed = said("keys", "list")["keys"]
    assert isinstance(listed, list)
    return listed


def enrol(state: Path, code: object, device: Device) -> x509.Certificate:
    store = open_database(state)
    try:
        return KeyEnrolment(EsecureFrame(store)).enrol_first("MOREAU17", str(code), device.request())
    finally:
        store.close()


def verdict(state: Path, certificate: x509.Certificate) -> CertificateVerdict:
    store = open_database(state)
    try:
        return KeyEnrolment(EsecureFrame(store)).judge_client(certificate.public_bytes(Encoding.DER)).verdict
    finally:
        store.close()


def test_a_key_from_the_maker_to_its_loss(state: Path, said: Said, device: Device, tmp_path: Path) -> None:
    serial = str(device.serial)
    made = said("keys", "make", str(tmp_path / "f9.der"))
    assert made["serial"] == device.serial
    assert x509.load_pem_x509_certificate(str(made["certificate"]).encode()).issuer != device.own_certificate()
    assert said("keys", "make", str(tmp_path / "f9.der"))["certificate"] == made["certificate"], "once more is the same"
    letter = said("keys", "issue", "moreau17", serial)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", str(letter["activation_code"]))
    assert re.fullmatch(r"\d{6}", str(letter["security_number"]))
    assert said("keys", "issue", "MOREAU17", serial)["exit"] == 1, "given out before"
    certificate = enrol(state, letter["activation_code"], device)
    assert said("keys", "activation", "MOREAU17")["exit"] == 1, "it has a certificate"
    assert said("keys", "revoke", serial, "--reason", "superseded")["revoked"] == 1
    assert verdict(state, certificate) is CertificateVerdict.REVOKED
    again = said("keys", "activation", "MOREAU17")
    assert again["security_number"] is None
    second = enrol(state, again["activation_code"], device)
    assert said("keys", "number", "moreau17")["security_number"] != letter["security_number"]
    assert said("keys", "lost", serial)["revoked"] == 1
    assert verdict(state, second) is CertificateVerdict.REVOKED
    assert said("keys", "lost", serial)["exit"] == 1
    (listed,) = keys_of(said)
    assert (listed["state"], listed["user"]) == ("lost", "MOREAU17")
    assert [(each["state"], each["reason"]) for each in listed["certificates"]] == [
        ("revoked", "superseded"),
        ("revoked", "keyCompromise"),
    ]
    new = Device()
    (tmp_path / "new.der").write_bytes(new.own_certificate())
    said("keys", "make", str(tmp_path / "new.der"))
    letter = said("keys", "issue", "MOREAU17", str(new.serial))
    assert verdict(state, enrol(state, letter["activation_code"], new)) is CertificateVerdict.GOOD, "the new key"


def test_a_key_that_comes_back_is_withdrawn_and_never_given_out_again(
    said: Said, state: Path, device: Device, tmp_path: Path
) -> None:
    """The state was in the books, and no verb led there."""
    serial = str(device.serial)
    said("keys", "make", str(tmp_path / "f9.der"))
    letter = said("keys", "issue", "MOREAU17", serial)
    certificate = enrol(state, letter["activation_code"], device)
    assert said("keys", "withdrawn", serial)["revoked"] == 1
    assert verdict(state, certificate) is CertificateVerdict.REVOKED
    (listed,) = keys_of(said)
    assert (listed["state"], listed["certificates"][0]["reason"]) == ("withdrawn", "cessationOfOperation")
    for refused in (("issue", "MOREAU17", serial), ("withdrawn", serial), ("lost", serial)):
        assert said("keys", *refused)["exit"] == 1, refused


def test_what_people_read(state: Path, device: Device, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*words: str) -> str:
        capsys.readouterr()
        assert cli.main(["bank", "keys", *words, "--state", str(state)]) == 0
        return capsys.readouterr().out

    assert printed("make", str(tmp_path / "f9.der")) == f"key {device.serial} is in stock\n"
    letter = printed("issue", "MOREAU17", str(device.serial))
    assert letter.splitlines()[0] == "user ID          MOREAU17"
    assert "They are shown this once" in letter
    code = re.search(r"activation code +(\S+)", letter)
    assert code
    enrol(state, code[1], device)
    listed = printed("list").splitlines()
    assert re.fullmatch(rf"{device.serial} +issued +MOREAU17 +[0-9A-F]+ +issued +\d{{4}}-.*", listed[1])
    assert printed("authority").count("BEGIN CERTIFICATE") == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("make", "/nowhere/f9"), 2),
        (("make", "-"), 2),
        (("issue", "NOBODY00", "1"), 1),
        (("issue", "MOREAU17", "1"), 1),
        (("activation", "MOREAU17"), 1),
        (("number", "MOREAU17"), 1),
        (("revoke", "1"), 1),
        (("lost", "1"), 1),
        (("withdrawn", "1"), 1),
    ],
)
def test_a_wrong_line_is_told_what_to_do(
    said: Said, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"nonsense")))
    answer = said("keys", *words)
    assert answer["exit"] == code
    assert str(answer["error"])


@pytest.mark.parametrize("serial", ["99999999999999999999", "1_0", "0", "-1", "٣"])
def test_what_is_no_serial_is_told_what_one_is(serial: str, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("bank keys lost", "key usbguard --serial"):
        with pytest.raises(SystemExit) as ended:
            cli.main([*verb.split(), serial])
        assert ended.value.code == 2
        assert "SERIAL: takes a number from 1 to" in capsys.readouterr().err.replace("--serial:", "SERIAL:")


def test_two_keys_with_one_serial_are_noticed(said: Said, device: Device, tmp_path: Path) -> None:
    said("keys", "make", str(tmp_path / "f9.der"))
    (tmp_path / "false.der").write_bytes(certify_itself(ec.generate_private_key(ec.SECP256R1()), device.serial))
    refused = said("keys", "make", str(tmp_path / "false.der"))
    assert refused["exit"] == 1
    assert "one of the two is false" in str(refused["error"])


def test_the_next_customer_finds_every_key_in_stock(state: Path, said: Said, device: Device, tmp_path: Path) -> None:
    said("keys", "make", str(tmp_path / "f9.der"))
    letter = said("keys", "issue", "MOREAU17", str(device.serial))
    certificate = enrol(state, letter["activation_code"], device)
    authority = said("keys", "authority")
    cli.main(["bank", "next", "--state", str(state)])
    assert said("keys", "authority") == authority, "whoever trusts the root goes on"
    assert verdict(state, certificate) is CertificateVerdict.REVOKED
    (listed,) = keys_of(said)
    assert (listed["state"], listed["user"]) == ("made", "")
    with pytest.raises(EnrolError):
        enrol(state, letter["activation_code"], device)
    letter = said("keys", "issue", "MOREAU17", str(device.serial))
    assert verdict(state, enrol(state, letter["activation_code"], device)) is CertificateVerdict.GOOD
