"""Contracts: signed on a tablet, sealed, and judged by pdfsig, which knows nothing of us."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bank.books.vault import BooksVault
from bank.contracts.amendment import AmendmentText, ContractError, Signature, read_signature
from bank.contracts.document import draw_amendment
from bank.contracts.sealing import ContractSeal
from bank.contracts.words import list_contract_words

AMENDMENT = AmendmentText(
    number="2026-000042",
    customer="Claude Durand",
    user="DURAND42",
    telephone_end="42",
    adviser="Camille Petit",
    branch="Agence de démonstration",
    channel="Face à face",
    services=("Sécur'Pass",),
    made_at=datetime(2026, 2, 28, 10, 15, tzinfo=UTC),
    language="fr",
)
STROKES = "10,200 300,40 600,250;620,100 900,100"
SEAL = ContractSeal(BooksVault(bytes(32)))


def sealed(amendment: AmendmentText = AMENDMENT) -> bytes:
    return SEAL.seal_document(draw_amendment(amendment, read_signature(STROKES, "")), amendment)


def text_of(document: bytes, tmp_path: Path) -> str:
    assert shutil.which("pdftotext"), "poppler-utils is not installed: see tools/packages.txt"
    (tmp_path / "read.pdf").write_bytes(document)
    command = ["pdftotext", "-layout", str(tmp_path / "read.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("language", list(list_contract_words()))
def test_everything_that_was_agreed_on_can_be_read(language: str, tmp_path: Path) -> None:
    text = " ".join(text_of(draw_amendment(replace(AMENDMENT, language=language)), tmp_path).split())
    words = list_contract_words()[language]
    for part in ("2026-000042", "Claude Durand", "DURAND42", "Camille Petit", "Sécur'Pass", words.demonstration):
        assert part in text
    for title, sentence in words.articles:
        assert title in text
        assert sentence.split()[-1] in text
    assert words.signed.format(name="Claude Durand") not in text, "nobody has signed yet"


def test_it_is_one_page_and_always_the_same() -> None:
    first, again = (draw_amendment(AMENDMENT, read_signature(STROKES, "")) for _ in range(2))
    assert first == again
    assert first.count(b"/Type /Page\n") == 1


def test_a_typed_signature_stands_on_the_line(tmp_path: Path) -> None:
    text = text_of(draw_amendment(AMENDMENT, read_signature("", "  Claude D.  ")), tmp_path)
    assert "Claude D." in text
    assert list_contract_words()["fr"].typed in " ".join(text.split())


def test_a_name_that_needs_other_letters_is_written_or_refused(tmp_path: Path) -> None:
    named = replace(AMENDMENT, customer="Łukasz Żółć")
    assert "Łukasz Żółć" in text_of(draw_amendment(named), tmp_path)
    with pytest.raises(ContractError, match="install DejaVu Sans"):
        draw_amendment(named, fonts=())
    assert draw_amendment(AMENDMENT, fonts=()).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("strokes", "typed", "complaint"),
    [
        ("", "", "one of the two"),
        (STROKES, "Claude", "one of the two"),
        ("", "a\x1bc", "can be shown"),
        ("", "a" * 101, "at most 100"),
        ("1,1", "", "too short"),
        ("1,1 2,2;5,5 9,9", "", "too short"),
        ("1,1 1001,2", "", "leaves its line"),
        ("1,1 2,301", "", "leaves its line"),
        ("1,1 x,2", "", "no signature"),
        ("1,1 -2,2", "", "no signature"),
        ("1,1 2", "", "no signature"),
        ("1,1 \u0663,2", "", "no signature"),
        (f"1,1 {'9' * 5000},2", "", "no signature"),
        (" ".join(["1,1"] * 7000), "", "too many"),
        (";".join(["1,1 900,1"] * 300), "", "too many strokes"),
        ("1,1 900,1;" * 3, "", "no signature"),
    ],
)
def test_what_is_no_signature_is_refused(strokes: str, typed: str, complaint: str) -> None:
    with pytest.raises(ContractError, match=complaint):
        read_signature(strokes, typed)


def test_a_signature_is_in_no_repr() -> None:
    assert repr(read_signature(STROKES, "")) == repr(Signature(typed="x")) == "Signature()"


def test_our_own_judge_knows_whose_it_is() -> None:
    verdict = SEAL.verify_document(sealed())
    assert verdict.good
    assert "Claude Durand (2026-000042)" in verdict.signer


def test_another_banks_seal_is_not_ours() -> None:
    other = ContractSeal(BooksVault(bytes([1]) * 32))
    verdict = other.verify_document(sealed())
    assert verdict.intact
    assert not verdict.trusted
    assert not verdict.good


def test_an_independent_judge_agrees_and_sees_a_flipped_bit(tmp_path: Path) -> None:
    assert shutil.which("pdfsig"), "poppler-utils is not installed: see tools/packages.txt"
    document = sealed()
    touched = bytearray(document)
    touched[document.index(b"/Title") + 12] ^= 1
    for name, octets, said in (("good", document, "Signature is Valid."), ("bad", bytes(touched), "Digest Mismatch")):
        (tmp_path / f"{name}.pdf").write_bytes(octets)
        found = subprocess.run(
            ["pdfsig", "-nocert", f"{name}.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert said in found.stdout, found.stderr
        assert "Signer Certificate Common Name: Claude Durand (2026-000042)" in found.stdout
        assert "ETSI.CAdES.detached" in found.stdout


def test_each_octet_that_is_sealed_counts() -> None:
    document = sealed()
    found = re.search(rb"/ByteRange \[\s*(\d+) +(\d+) +(\d+) +(\d+)", document)
    assert found
    first, until, second, rest = map(int, found.groups())
    assert (first, second + rest) == (0, len(document)), "all but the place of the seal itself"
    for at in (*range(200, until, until // 30), *range(second, len(document), 100)):
        touched = bytearray(document)
        touched[at] ^= 1
        try:
            assert not SEAL.verify_document(bytes(touched)).good, f"octet {at}"
        except ContractError:
            continue


def test_something_added_behind_the_seal_is_seen() -> None:
    assert not SEAL.verify_document(sealed() + b"\n% more\n").good


@pytest.mark.parametrize("document", [b"", b"%PDF-1.7\n", b"\0" * 4000, draw_amendment(AMENDMENT)])
def test_what_bears_no_seal_is_said(document: bytes) -> None:
    with pytest.raises(ContractError, match=r"no seal|no contract"):
        SEAL.verify_document(document)


def test_the_root_keeps_its_key_and_name() -> None:
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    first, again = (load_pem_x509_certificate(ContractSeal(BooksVault(bytes(32))).make_root()) for _ in range(2))
    assert (first.subject, first.serial_number, first.public_key()) == (
        again.subject,
        again.serial_number,
        again.public_key(),
    )
