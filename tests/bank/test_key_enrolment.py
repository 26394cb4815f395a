"""A key's first certificate and its renewal, over every kind of books: who gets one, who does not, and what is told."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bank.books.schema_keys import ACTIVATION_CODES, AUTHORITIES, CERTIFICATES
from bank.books.schema_notices import NOTICES
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.esecure.enrolling import EnrolError, EnrolFault
from bank.esecure.frame import draw_activation, normalise_activation
from bank.esecure.helpdesk import HelpdeskError
from bank.pki.foreign import CsrError, EnrolmentRequest, decode_body, read_device, read_request
from bank.pki.judging import CertificateVerdict
from bank.pki.records import AccessKeyState, CertificateState
from drivers.vault.attesting import attest_key
from sesame_core.piv.names import KeyAlgorithm, TouchPolicy, usual_rules
from tests.bank.keyed import AUTHENTICATION, DAY_MS, SIGNATURE, Device, EsecureBank, KeyInDevice, make_request
from tests.web.soft_device import SoftDevice

F = EnrolFault
RETIRED = 0x82


@pytest.fixture(scope="module")
def device() -> Device:
    return Device()


@pytest.fixture(scope="module")
def other() -> Device:
    return Device()


@pytest.fixture
def bank() -> Iterator[EsecureBank]:
    with closing(open_in_memory()) as store:
        yield EsecureBank(store)


def refusal(bank: EsecureBank, user: str, code: str, request: bytes) -> EnrolFault:
    with pytest.raises(EnrolError) as caught:
        bank.enrolment.enrol_first(user, code, request)
    return caught.value.fault


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def test_a_key_is_activated_and_its_certificate_judged_good(books: SqlStore, device: Device) -> None:
    bank = EsecureBank(books)
    made = bank.activate(device)
    assert made.public_key() == device.public(AUTHENTICATION)
    judged = bank.enrolment.judge_client(der(made))
    assert judged.verdict is CertificateVerdict.GOOD
    assert judged.found is not None
    assert judged.found.state is CertificateState.ISSUED
    held = bank.helpdesk.find_held(device.serial)
    assert held is not None
    assert (held.user, held.key.state, len(held.certificates)) == ("MOREAU17", AccessKeyState.ISSUED, 1)
    assert held.key.signing_key is not None, "slot 9C was attested beside it"
    assert bank.events()[-3:] == ["key taken in", "key issued", "certificate issued"]
    with books.reading() as connection:
        assert "new-certificate" in connection.execute(select(NOTICES.c.event)).scalars().all()


def test_an_activation_code_is_good_once(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    bank.enrolment.enrol_first("moreau 17", letter.code.lower().replace("-", " "), device.request())
    assert refusal(bank, "MOREAU17", letter.code, device.request()) is F.CODE


def test_of_two_that_come_with_one_code_at_once_one_gets_a_certificate(books: SqlStore, device: Device) -> None:
    bank = EsecureBank(books)
    letter, request = bank.give_out(device), device.request()
    begin = threading.Barrier(2)

    def enrol(_: int) -> x509.Certificate | EnrolFault:
        begin.wait()
        try:
            return bank.enrolment.enrol_first("MOREAU17", letter.code, request)
        except EnrolError as error:
            return error.fault

    with ThreadPoolExecutor(2) as both:
        came = list(both.map(enrol, range(2)))
    assert sum(isinstance(each, x509.Certificate) for each in came) == 1, came
    assert {F.CODE, F.USED} & set(came)
    with books.reading() as connection:
        assert len(connection.execute(select(CERTIFICATES)).all()) == 1


@pytest.mark.parametrize("user", ["DURAND42", "NOBODY00", "", "\0", "é" * 8])
def test_another_user_id_is_refused_as_a_wrong_code_is(bank: EsecureBank, device: Device, user: str) -> None:
    letter = bank.give_out(device)
    assert refusal(bank, user, letter.code, device.request()) is F.CODE
    assert refusal(bank, "MOREAU17", draw_activation(), device.request()) is F.CODE


def test_five_wrong_codes_close_the_right_one(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    for _ in range(bank.frame.policy.code_tries):
        assert refusal(bank, "MOREAU17", draw_activation(), device.request()) is F.CODE
    assert refusal(bank, "MOREAU17", letter.code, device.request()) is F.CODE
    fresh = bank.helpdesk.post_activation("MOREAU17")
    assert bank.enrolment.enrol_first("MOREAU17", fresh.code, device.request())


def test_a_code_ends_after_thirty_days_and_with_the_next(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    fresh = bank.helpdesk.post_activation("MOREAU17")
    assert refusal(bank, "MOREAU17", letter.code, device.request()) is F.CODE
    bank.hand.ms = fresh.until_ms
    assert refusal(bank, "MOREAU17", fresh.code, device.request()) is F.CODE


def test_what_is_wrong_beside_the_code_costs_no_try(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    for _ in range(2 * bank.frame.policy.code_tries):
        assert refusal(bank, "MOREAU17", letter.code, b"nonsense") is F.REQUEST
    assert bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())


def test_a_serial_that_is_not_in_the_books_is_not_recognised(bank: EsecureBank, device: Device, other: Device) -> None:
    letter = bank.give_out(device)
    assert refusal(bank, "MOREAU17", letter.code, other.request()) is F.SERIAL
    bank.helpdesk.make_key(other.own_certificate())
    assert refusal(bank, "MOREAU17", letter.code, other.request()) is F.SERIAL, "in stock, nobody's"
    bank.helpdesk.issue_key("DURAND42", other.serial)
    assert refusal(bank, "MOREAU17", letter.code, other.request()) is F.SERIAL, "another customer's"
    second = Device()
    bank.give_out(second)
    fresh = bank.helpdesk.post_activation("MOREAU17")
    assert refusal(bank, "MOREAU17", fresh.code, device.request()) is F.SERIAL, "the code is of his other key"


@pytest.mark.parametrize("serial", [1 << 31, 1 << 100])
def test_a_serial_that_no_column_holds_is_not_recognised_either(bank: EsecureBank, serial: int) -> None:
    """Nobody has judged the attestation yet when its serial is looked for."""
    device = SoftDevice(41)
    letter = bank.give_out(device)
    rules = usual_rules(AUTHENTICATION, KeyAlgorithm.P256)
    odd = attest_key(device.attestation, device.key.public_key(), AUTHENTICATION, rules, serial)
    assert refusal(bank, "MOREAU17", letter.code, make_request(device.key, [odd])) is F.SERIAL
    assert bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())


def test_a_key_outside_of_the_device_gets_nothing(bank: EsecureBank, device: Device, other: Device) -> None:
    letter = bank.give_out(device)
    soft = ec.generate_private_key(ec.SECP256R1())
    attestation = device.vault.attest_key(AUTHENTICATION)
    for request in (
        make_request(soft, []),
        make_request(soft, [attestation]),
        device.request(attested=()),
        device.request(attested=(SIGNATURE,)),
        device.request(SIGNATURE, attested=(SIGNATURE,)),
        device.request(attested=(AUTHENTICATION, AUTHENTICATION)),
    ):
        assert refusal(bank, "MOREAU17", letter.code, request) is F.NOT_ATTESTED
    forged = forge_attestation(device, soft)
    assert refusal(bank, "MOREAU17", letter.code, make_request(soft, [forged])) is F.NOT_ATTESTED
    mixed = make_request_mixed(device, other)
    assert refusal(bank, "MOREAU17", letter.code, mixed) is F.NOT_ATTESTED, "9C of another device"


def test_a_signing_key_that_wants_no_touch_is_refused(bank: EsecureBank) -> None:
    device = Device()
    device.make(SIGNATURE, TouchPolicy.NEVER)
    letter = bank.give_out(device)
    assert refusal(bank, "MOREAU17", letter.code, device.request()) is F.NOT_ATTESTED
    assert bank.enrolment.enrol_first("MOREAU17", letter.code, device.request(attested=(AUTHENTICATION,)))


def test_a_key_that_has_a_certificate_gets_no_second_first_one(bank: EsecureBank, device: Device) -> None:
    bank.activate(device)
    with pytest.raises(HelpdeskError, match="has a certificate: revoke it first"):
        bank.helpdesk.post_activation("MOREAU17")
    assert bank.helpdesk.revoke_certificates(device.serial, "cessationOfOperation") == 1
    letter = bank.helpdesk.post_activation("MOREAU17")
    assert bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())


def renewal(bank: EsecureBank, certificate: x509.Certificate | None, request: bytes) -> EnrolFault | x509.Certificate:
    try:
        return bank.enrolment.renew(der(certificate) if certificate else None, request)
    except EnrolError as error:
        return error.fault


def test_renewal_from_thirty_days_before_the_end(bank: EsecureBank) -> None:
    device = Device()
    device.make(RETIRED)
    first = bank.activate(device)
    next_request = device.request(RETIRED, (RETIRED, SIGNATURE))
    bank.hand.ms += 334 * DAY_MS
    assert renewal(bank, first, next_request) is F.EARLY
    bank.hand.ms += DAY_MS
    assert renewal(bank, first, device.request()) is F.SAME_KEY
    made = renewal(bank, first, next_request)
    assert isinstance(made, x509.Certificate)
    assert made.public_key() == device.public(RETIRED)
    both = [bank.enrolment.judge_client(der(each)).verdict for each in (first, made)]
    assert both == [CertificateVerdict.GOOD] * 2, "the old one is good until somebody has signed in with the new one"
    assert renewal(bank, first, next_request) == made, "the answer was lost on its way: the same once more"
    assert bank.events().count("certificate renewed") == 1
    device.make(RETIRED)
    again = renewal(bank, first, device.request(RETIRED, (RETIRED,)))
    assert isinstance(again, x509.Certificate)
    verdicts = [bank.enrolment.judge_client(der(each)).verdict for each in (first, made, again)]
    assert verdicts == [CertificateVerdict.GOOD, CertificateVerdict.REVOKED, CertificateVerdict.GOOD]


def test_only_a_good_certificate_is_renewed(bank: EsecureBank, other: Device) -> None:
    device = Device()
    device.make(RETIRED)
    first = bank.activate(device)
    request = device.request(RETIRED, (RETIRED,))
    bank.hand.ms += 340 * DAY_MS
    assert renewal(bank, None, request) is F.NOT_VALID
    bank.give_out(other)
    assert renewal(bank, first, other.request()) is F.SERIAL, "another key of the same customer's"
    bank.helpdesk.end_key(device.serial, AccessKeyState.LOST)
    assert renewal(bank, first, request) is F.NOT_VALID
    bank.hand.ms += 60 * DAY_MS
    assert bank.enrolment.judge_client(der(first)).verdict is CertificateVerdict.EXPIRED


def test_verdicts_on_what_is_shown(bank: EsecureBank, device: Device) -> None:
    made = bank.activate(device)
    judge = bank.enrolment.judge_client
    assert judge(None).verdict is CertificateVerdict.NONE
    assert judge(b"nonsense").verdict is CertificateVerdict.UNREADABLE
    assert judge(bytes(10_000)).verdict is CertificateVerdict.UNREADABLE
    assert judge(device.own_certificate()).verdict is CertificateVerdict.FOREIGN
    with closing(open_in_memory()) as store:
        stranger = EsecureBank(store)
        assert stranger.enrolment.judge_client(der(made)).verdict is CertificateVerdict.FOREIGN
    issuing = bank.frame.open_authorities().issuing.certificate
    assert judge(der(issuing)).verdict is CertificateVerdict.FOREIGN, "no client's"
    with bank.store.writing() as connection:
        connection.execute(CERTIFICATES.delete())
    assert judge(der(made)).verdict is CertificateVerdict.UNKNOWN


def test_no_secret_stands_in_the_books_or_in_a_repr(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    plain = normalise_activation(letter.code)
    assert letter.code not in repr(letter)
    assert letter.number not in repr(letter)
    with bank.store.reading() as connection:
        kept = [*connection.execute(select(AUTHORITIES))]
        rows = [*connection.execute(select(ACTIVATION_CODES)), *kept]
    assert plain not in repr(rows)
    assert letter.code not in repr(rows)
    authorities = bank.frame.open_authorities()
    assert "PrivateKey" not in repr(authorities)
    for authority in (authorities.issuing, authorities.maker):
        scalar = authority.key.private_numbers().private_value.to_bytes(32, "big")
        assert not any(scalar in row.sealed for row in kept), "only the vault opens it"


def test_two_processes_make_one_authority(books: SqlStore) -> None:
    first, second = EsecureBank(books), EsecureBank(books)
    assert first.frame.open_authorities().chain == second.frame.open_authorities().chain


@given(st.binary(max_size=300))
def test_whatever_is_posted_is_read_or_refused(octets: bytes) -> None:
    for read in (decode_body, read_request, read_device):
        try:
            assert read(octets)
        except CsrError as error:
            assert str(error)


@given(st.data())
def test_a_request_that_was_touched_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(REQUEST)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))]) if data.draw(st.booleans()) else bytes(whole)
    try:
        assert isinstance(read_request(cut), EnrolmentRequest)
    except CsrError as error:
        assert str(error)


REQUEST = Device().request()


def forge_attestation(device: Device, key: ec.EllipticCurvePrivateKey) -> bytes:
    """As the device would write it, by a key that is not the device's."""
    rules = usual_rules(AUTHENTICATION, KeyAlgorithm.P256)
    return attest_key(key, key.public_key(), AUTHENTICATION, rules, device.serial)


def make_request_mixed(device: Device, other: Device) -> bytes:
    evidence = [device.vault.attest_key(AUTHENTICATION), other.vault.attest_key(SIGNATURE)]
    return make_request(KeyInDevice(device, AUTHENTICATION), evidence)
