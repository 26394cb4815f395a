"""The bank's sentences: what the glass says of a signature only where the bank has signed it, for this key and now."""

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from device.esecure.sentences import BankKeyError, read_bank_key
from drivers.painter.raster import paint_screen
from sesame_core.esecure.sentence import LETTERS, LONGEST_WORD, read_sentence
from sesame_core.piv.status import PivRefusedError
from sesame_core.screens import Screen
from tests.key.desk import Desk
from tests.key.host import tlv
from tests.usb.wire import verification

BANK = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP256R1())
LOG_ON, PAYMENT = 1, 2
TRANSFER = "VIREMENT 1\u00a0234,56\u00a0€\nÀ DUPONT SA\nFR76 3000 4000 0112 3456 7890 189"


@pytest.fixture
def desk() -> Desk:
    desk = Desk(bank=BANK.public_key()).plug()
    assert desk.host.manage() == "9000"
    for slot in (0x9A, 0x9C):
        desk.host.generate(slot)
    return desk


def fresh(desk: Desk) -> bytes:
    answer = desk.exchange(bytes.fromhex("8010000000"))
    assert (len(answer), answer[-2:]) == (18, b"\x90\0")
    return answer[:-2]


def signed_part(kind: int, freshness: bytes, text: str = "") -> bytes:
    return tlv(0xE1, tlv(0x80, bytes((kind,))) + tlv(0x81, freshness) + (tlv(0x82, text.encode()) if text else b""))


def envelope(signed: bytes, signer: ec.EllipticCurvePrivateKey = BANK) -> bytes:
    return tlv(0xE0, signed + tlv(0x9E, signer.sign(signed, ec.ECDSA(hashes.SHA256()))))


def show(desk: Desk, data: bytes) -> str:
    return desk.exchange(bytes.fromhex("80120000") + bytes((len(data),)) + data).hex()


def signs(desk: Desk, slot: int, digest: bytes) -> list[str]:
    """What the glass says while this is signed."""
    desk.told.clear()
    desk.secure(verification(), "123456O")
    assert desk.host.use(slot, digest)[1] == 0x9000
    return desk.told


def test_a_log_on_that_the_bank_has_announced_is_named(desk: Desk) -> None:
    assert show(desk, envelope(signed_part(LOG_ON, fresh(desk)))) == "9000"
    assert signs(desk, 0x9A, bytes(32)) == ["CONNEXION SOGECASH NET ? OK OU C"]
    assert signs(desk, 0x9A, bytes(32)) == [], "the browser's further connections"
    desk.pass_time(15_000)
    assert signs(desk, 0x9A, bytes(32)) == ["SIGNER ? DEMANDÉ PAR L'ORDINATEUR OK OU C"], "once"


def test_a_payment_is_shown_and_what_is_shown_is_what_is_signed(desk: Desk) -> None:
    signed = signed_part(PAYMENT, fresh(desk), TRANSFER)
    assert show(desk, envelope(signed)) == "9000"
    said = signs(desk, 0x9C, hashlib.sha256(signed).digest())
    assert said == ["VIREMENT 1\u00a0234,56\u00a0€ 9 : SUITE"]


def test_another_digest_is_not_what_the_text_says(desk: Desk) -> None:
    show(desk, envelope(signed_part(PAYMENT, fresh(desk), TRANSFER)))
    assert signs(desk, 0x9C, bytes(32)) == ["SIGNER ? DEMANDÉ PAR L'ORDINATEUR OK OU C"]


def test_a_sentence_is_for_its_own_slot(desk: Desk) -> None:
    show(desk, envelope(signed_part(LOG_ON, fresh(desk))))
    assert "SIGNER" in signs(desk, 0x9C, bytes(32))[0]


def test_a_sentence_waits_a_minute(desk: Desk) -> None:
    show(desk, envelope(signed_part(LOG_ON, fresh(desk))))
    desk.pass_time(60_000)
    assert "SIGNER" in signs(desk, 0x9A, bytes(32))[0]


def test_a_sentence_goes_with_its_computer(desk: Desk) -> None:
    show(desk, envelope(signed_part(LOG_ON, fresh(desk))))
    desk.pull()
    desk.plug()
    assert "SIGNER" in signs(desk, 0x9A, bytes(32))[0]


def test_what_is_not_the_banks_or_not_fresh_is_refused(desk: Desk) -> None:
    freshness = fresh(desk)
    once = envelope(signed_part(LOG_ON, freshness))
    assert show(desk, once) == "9000"
    assert show(desk, once) == "6985", "twice"
    assert show(desk, envelope(signed_part(LOG_ON, bytes(16)))) == "6985"
    fresh(desk)
    assert show(desk, once) == "6985", "an older one"
    assert show(desk, envelope(signed_part(LOG_ON, fresh(desk)), STRANGER)) == "6982"
    assert "SIGNER" in signs(desk, 0x9A, bytes(32))[0]


def test_without_the_banks_key_none_is_believed() -> None:
    desk = Desk().plug()
    assert desk.host.raw("8010000000") == "6A81"
    assert desk.host.raw("80990000") == "6E00"


def test_its_own_commands_are_strict(desk: Desk) -> None:
    assert [desk.host.raw(text) for text in ("8010000100", "801000000101", "8099000000", "8012000001")] == [
        "6A86",
        "6A80",
        "6E00",
        "6A80",
    ]


UNSEEN: tuple[str, ...] = (
    "lower case",
    "TOO-LONG-A-WORD-FOR-ITS-GLASS",
    "A" * 10 + (" " + "B" * 10) * 3,
    "\n",
    "A\n",
    "A  B",
    "\u0410",
)
UNSEEN += ("A\tB", "\n".join("ABCDEFGHI"), "À LA SOCIÉTÉ GÉNÉRALE DE PEINTURE")


@pytest.mark.parametrize("text", UNSEEN)
def test_what_the_glass_cannot_show_whole_is_refused(desk: Desk, text: str) -> None:
    assert show(desk, envelope(signed_part(PAYMENT, fresh(desk), text))) == "6a80"


def test_a_log_on_has_no_text_and_a_payment_has(desk: Desk) -> None:
    assert show(desk, envelope(signed_part(LOG_ON, fresh(desk), "A"))) == "6a80"
    assert show(desk, envelope(signed_part(PAYMENT, fresh(desk)))) == "6a80"
    assert show(desk, envelope(signed_part(3, fresh(desk)))) == "6a80"
    assert show(desk, envelope(signed_part(PAYMENT, b"short", "A"))) == "6a80"


@given(
    st.lists(
        st.text(st.sampled_from(sorted(LETTERS - {" "})), min_size=1, max_size=LONGEST_WORD), min_size=1, max_size=4
    ).map(" ".join)
)
def test_whatever_page_is_taken_fits_every_glass_that_lies(page: str) -> None:
    try:
        read_sentence(tlv(0xE0, signed_part(PAYMENT, bytes(16), page) + tlv(0x9E, b"x")))
    except PivRefusedError:
        assert len(page) > LONGEST_WORD
    else:
        for size in ((128, 64), (128, 32)):
            paint_screen(Screen(lines=(page,), notice="9 : SUITE"), size)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(PivRefusedError):
        read_sentence(data)


def test_the_banks_key_is_read_from_a_file_or_refused(tmp_path: Path) -> None:
    def write(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
        path = tmp_path / "bank.pem"
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        path.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
        return path

    assert read_bank_key(write(BANK)).public_numbers() == BANK.public_key().public_numbers()
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(BankKeyError, match="P-256"):
            read_bank_key(write(key))
    (tmp_path / "bank.pem").write_text("nothing")
    with pytest.raises(BankKeyError, match="not a public key"):
        read_bank_key(tmp_path / "bank.pem")
    with pytest.raises(BankKeyError, match="No such file"):
        read_bank_key(tmp_path / "absent.pem")
