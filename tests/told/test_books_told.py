"""What the bank answers, and what its books hold in every table, after a story of each room: no column is forgotten,
and none holds something else.

After a wanted change: `python -m pytest --golden-record tests/told`.
"""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from bank.books.records import CustomerKind
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.month import make_accounts
from bank.esecure import numbers
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.octets import make_octets
from bank.partners.ports import Scope
from bank.pki.records import AccessKeyState
from bank.securpass.ports import SecondProof
from bank.street.paying import end_payout, take_code
from bank.street.wallets import ask_for_card, find_wish, note_taken
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Counter
from tests.bank.keyed import Device, EsecureBank
from tests.bank.partnered import PartneredBank
from tests.bank.test_street import Street, decide
from tests.golden_plugin import GoldenText
from tests.told.stories import Story
from tests.told.telling import tell_lines
from tests.web.business import CHOSEN, Customer

K = OperationKind
DAY_MS = 86_400_000


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        yield books


def tell_operations(store: SqlStore, story: Story) -> None:
    """Each end that an operation has, and its means."""
    bank = Counter(store)
    service, durand = bank.service, bank.durand
    done = bank.ask(K.ADD_BENEFICIARY)
    story.tell("means", service.list_means(durand, done.operation_id))
    story.tell("instruction", service.instruct_reader(durand, done.operation_id))
    story.tell("beneficiary", service.confirm_by_reader(durand, done.operation_id, bank.reader_code(done)))
    for kind in (K.SEPA_TRANSFER, K.INSTANT_TRANSFER, K.CHANGE_EMAIL, K.CHANGE_ADDRESS, K.CARD_LIMITS):
        bank.hand.ms += 60_000
        asked = bank.ask(kind)
        code = bank.sms_code(asked)
        wrong = str((int(code) + 1) % 10**8).zfill(8)
        story.tell(f"{kind.value} wrong", service.confirm_by_sms(durand, asked.operation_id, wrong))
        story.tell(kind.value, service.confirm_by_sms(durand, asked.operation_id, code))
    refused, withdrawn, fraud, late = (bank.ask(amount=cents) for cents in (1_00, 2_00, 3_00, 4_00))
    story.tell("refused", service.refuse_operation(durand, refused.operation_id))
    story.tell("withdrawn", service.withdraw_operation(durand, withdrawn.operation_id))
    bank.hand.ms = late.content.until_ms
    story.tell("expired", service.expire_operations())
    story.tell("run", service.run_effects())
    fraud = bank.ask(amount=5_00)
    story.tell("fraud", service.declare_fraud(durand, fraud.operation_id))
    service.allow_confirming(durand, "STAFF001")
    story.tell("operation", service.list_operations(durand))
    story.tell("message", service.list_messages(durand))


def tell_partners(store: SqlStore, story: Story) -> None:
    """An aggregator reads, a merchant is paid, a token is revoked."""
    bank = PartneredBank(store)
    token = bank.granted()
    grant = bank.service.read_grant(token, Scope.ACCOUNTS)
    story.tell("grant", grant)
    accounts = bank.service.list_accounts(grant, alone=True)
    story.tell("account", accounts)
    story.tell("movement", bank.service.list_movements(grant, accounts[0].iban, alone=True))
    paid = bank.granted(bank.merchant)
    story.tell("transfer", bank.service.read_transfer(bank.service.read_grant(paid, Scope.TRANSFER)))
    bank.service.revoke_token(bank.aggregator, token)
    bank.ask(bank.merchant, cents=99)


def tell_street(store: SqlStore, story: Story) -> None:
    """Money at a machine, given and not given; a card in a wallet, taken, refused and late."""
    street = Street(store)
    street.begin_service()
    for name, paid in (("a", True), ("b", False)):
        story.tell("code", street.order())
        story.tell("payout", take_code(street.frame, street.machine, street.order(40_00).code, name * 32))
        story.tell("end", end_payout(street.frame, street.machine, name * 32, paid=paid))
    story.tell("wrong", take_code(street.frame, street.machine, "00000000", "c" * 32))
    wish = ask_for_card(street.frame, street.wallet, street.wish())
    decide(street, wish.enrolment_id)
    story.tell("wish", find_wish(street.frame, street.wallet, wish.enrolment_id))
    story.tell("taken", note_taken(street.frame, street.wallet, wish.enrolment_id))
    other = ask_for_card(street.frame, street.wallet, street.wish(once="1" * 32))
    decide(street, other.enrolment_id, approve=False)
    story.tell("refused", find_wish(street.frame, street.wallet, other.enrolment_id))
    story.tell("notice", street.notices())


def tell_telephone(store: SqlStore, story: Story) -> None:
    """From the activation by mail to its end: log-ons, an approval, a refusal, a fraud, new settings."""
    bank = AppCounter(store)
    story.tell("conditions", bank.app.list_conditions(bank.durand))
    phone = bank.usable_phone(SecondProof.MAIL)
    story.tell("status", bank.app.read_status(bank.durand))
    story.tell("biometrics", phone.set_biometrics(log_on=True, approve=True))
    story.tell("log-on", phone.log_on())
    approved, refused, fraud = (bank.ask(amount=cents) for cents in (1_00, 2_00, 3_00))
    story.tell("approved", phone.approve(approved, phone.prompt(approved)))
    story.tell("octets", make_octets(approved.content).hex())
    story.tell("wrong", phone.approve(refused, phone.prompt(refused), code="000000"))
    story.tell("refused", phone.turn_down(refused))
    story.tell("fraud", bank.service.declare_fraud(bank.durand, fraud.operation_id))
    story.tell("mail", bank.app.list_mails(bank.durand))
    begun = bank.app.begin_web_log_on("MOREAU17", TerminalKind.COMPUTER, "fr")
    story.tell("view", bank.app.look_at_web_log_on(begun))
    bank.app.close_enrolment(bank.durand, "STAFF001", "for a story")
    bank.hand.ms += 40 * DAY_MS
    story.tell("lapsed", bank.app.sweep_lapsed())
    story.tell("status", bank.app.read_status(bank.durand))
    story.tell("device", bank.app.list_devices(bank.durand))


def tell_keys(store: SqlStore, story: Story) -> None:
    """An access key from the stock to its end, and its customer on the business site."""
    bank, device = EsecureBank(store), Device()
    story.drawn.add(str(device.serial))
    letter = bank.give_out(device)
    made = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
    moreau = Customer(bank, device, made, letter.number)
    moreau.settle()
    bank.hand.ms += 1_000
    moreau.browser().log_on("000001")
    moreau.browser().log_on(CHOSEN)
    bank.helpdesk.post_number("MOREAU17")
    story.tell("revoked", bank.helpdesk.revoke_certificates(device.serial, "cessationOfOperation"))
    story.tell("ended", bank.helpdesk.end_key(device.serial, AccessKeyState.LOST))


STORIES: dict[str, Callable[[SqlStore, Story], None]] = {
    "operations": tell_operations,
    "partners": tell_partners,
    "street": tell_street,
    "telephone": tell_telephone,
    "keys": tell_keys,
}


@pytest.mark.parametrize("name", STORIES)
def test_books_hold_what_was_decided(
    name: str, store: SqlStore, golden_text: GoldenText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(numbers.WORK, "n", 2)
    story = Story()
    STORIES[name](store, story)
    story.tell_books(store)
    golden_text("\n".join(story.lines) + "\n", f"books/{name}")


def test_months_of_the_demonstration_are_those_that_were_made(golden_text: GoldenText) -> None:
    lines = [
        line
        for user, kind in (("DURAND42", CustomerKind.INDIVIDUAL), ("MOREAU17", CustomerKind.PROFESSIONAL))
        for account in make_accounts(user, kind)
        for line in tell_lines(account, user)
    ]
    golden_text("\n".join(lines) + "\n", "books/months")
