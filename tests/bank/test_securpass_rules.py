"""The rules of Sécur'Pass by themselves: the table, who may have it, the counter, the prompts, the exemptions."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.securpass.approving.asking import Hush, PromptFacts, judge_prompt, make_match
from bank.securpass.approving.trusting import Exemption, ExemptionFacts, PhoneUse, is_trusted, judge_exemption
from bank.securpass.enrolment.eligibility import (
    CardFacts,
    Channel,
    Condition,
    CustomerFacts,
    Remedy,
    list_missing,
)
from bank.securpass.enrolment.table import (
    ENROLMENT_TABLE,
    LIVE,
    EnrolmentAct,
    EnrolmentEvent,
    EnrolmentStanding,
    EnrolmentState,
    read_enrolment,
    step_enrolment,
)
from bank.securpass.policy import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECURPASS_POLICY,
    EnrolmentPath,
    SecurPassPolicy,
)
from bank.securpass.proofs.counter import CounterVerdict, LastRequest, judge_counter
from bank.securpass.proofs.octets import (
    ACCEPTED,
    PhoneAct,
    ProofKind,
    RequestError,
    digest_about,
    make_key_challenge,
    read_request,
)

S, A = EnrolmentState, EnrolmentAct
NOW = 1_795_857_000_000
AGE = SECURPASS_POLICY.email_age_ms


def walk(*acts: EnrolmentAct, every_ms: int = 1) -> EnrolmentStanding:
    standing = EnrolmentStanding()
    for number, act in enumerate(acts):
        standing = step_enrolment(standing, EnrolmentEvent(act, NOW + number * every_ms))[0]
    return standing


# The table


def test_every_state_has_a_rule_for_every_act() -> None:
    assert {(state, act) for state, row in ENROLMENT_TABLE.items() for act in row} == set(itertools.product(S, A))


def test_self_care_is_usable_after_72_hours() -> None:
    standing = walk(A.ACTIVATE)
    assert standing.state is S.SUBSCRIBED
    assert not standing.is_usable(NOW + 72 * HOUR_MS - 1)
    assert standing.is_usable(NOW + 72 * HOUR_MS)


def test_the_branch_waits_24_hours_and_is_usable_at_once() -> None:
    initiated = walk(A.SIGN_AMENDMENT)
    assert read_enrolment(initiated, NOW + 24 * HOUR_MS - 1).state is S.INITIATED
    assert read_enrolment(initiated, NOW + 24 * HOUR_MS).state is S.LAPSED
    in_time, _ = step_enrolment(initiated, EnrolmentEvent(A.ACTIVATE, NOW + 24 * HOUR_MS - 1))
    assert (in_time.path, in_time.state) == (EnrolmentPath.BRANCH, S.SUBSCRIBED)
    assert in_time.is_usable(NOW + 24 * HOUR_MS - 1)
    late, _ = step_enrolment(initiated, EnrolmentEvent(A.ACTIVATE, NOW + 24 * HOUR_MS))
    assert late.path is EnrolmentPath.SELF_CARE, "what was agreed in the branch is gone"


def test_lifting_makes_it_usable_now_and_only_once() -> None:
    standing = walk(A.ACTIVATE, A.LIFT_LATENCY)
    assert standing.is_usable(NOW + 1)
    assert not step_enrolment(standing, EnrolmentEvent(A.LIFT_LATENCY, NOW + 2))[1].allowed
    assert not ENROLMENT_TABLE[S.INITIATED][A.LIFT_LATENCY].allowed


@pytest.mark.parametrize("first", [(A.ACTIVATE,), (A.ACTIVATE, A.LIFT_LATENCY), (A.ACTIVATE, A.SUSPEND)])
def test_another_telephone_has_its_latency_anew(first: tuple[EnrolmentAct, ...]) -> None:
    standing = walk(*first, A.ACTIVATE, every_ms=HOUR_MS)
    assert standing.path is EnrolmentPath.TRANSFER
    assert standing.usable_from_ms == NOW + len(first) * HOUR_MS + 72 * HOUR_MS


@given(st.lists(st.tuples(st.sampled_from(list(A)), st.integers(-DAY_MS, 4 * DAY_MS)), max_size=12))
def test_any_story_keeps_what_must_hold(story: list[tuple[EnrolmentAct, int]]) -> None:
    """Time goes forward only, what is over is left by a new beginning only, nothing is usable without an activation."""
    standing, at_ms = EnrolmentStanding(), NOW
    for act, step_ms in story:
        at_ms += step_ms
        before = read_enrolment(standing, at_ms)
        standing, rule = step_enrolment(standing, EnrolmentEvent(act, at_ms))
        assert standing.seen_ms >= before.seen_ms
        if before.state not in LIVE and standing.state in LIVE:
            assert act in (A.SIGN_AMENDMENT, A.ACTIVATE)
        if not rule.allowed:
            assert standing == before
        assert (standing.since_ms is not None) or standing.state in (S.NONE, S.INITIATED, S.LAPSED)
        assert not standing.is_usable(2**60) or standing.state is S.SUBSCRIBED


# Who


def all_facts() -> Iterator[CustomerFacts]:
    """Every combination that matters."""
    bools = (False, True)
    cards: list[tuple[CardFacts, ...]] = [()]
    cards += [(CardFacts(*each),) for each in itertools.product(bools, repeat=4)]
    cards.append((CardFacts(active=False), CardFacts(active=True)))
    ages = (None, 0, AGE, AGE + 1)
    for many in itertools.product(bools, bools, bools, bools, cards, ages, (None, *Channel), bools):
        yield CustomerFacts(*many)


def second_formulation(facts: CustomerFacts, path: EnrolmentPath) -> bool:
    """The sheet, read once more: a sentence, not a table."""
    base = facts.individual and facts.has_app and facts.subscribed and facts.secure_telephone
    if path is EnrolmentPath.BRANCH:
        return base and facts.channel == Channel.FACE_TO_FACE and facts.agency_post
    card = False
    for one in facts.cards:
        if one.active and one.used and not (one.opposed or one.cancelled):
            card = True
    mail = facts.email_age_ms is not None and facts.email_age_ms / HOUR_MS > 72
    return base and (card or mail)


@pytest.mark.parametrize("path", list(EnrolmentPath))
def test_who_may_have_it_in_every_combination(path: EnrolmentPath) -> None:
    for facts in all_facts():
        missing = list_missing(facts, path, AGE)
        assert (not missing) == second_formulation(facts, path)
        assert len({one.condition for one in missing}) == len(missing)


def test_each_condition_is_named_by_itself_with_its_remedy() -> None:
    whole = CustomerFacts(True, True, True, True, (CardFacts(True),), None, Channel.FACE_TO_FACE, True)
    for less, condition, remedy in (
        (replace(whole, individual=False), Condition.INDIVIDUAL, Remedy.NONE),
        (replace(whole, has_app=False), Condition.APP, Remedy.INSTALL_APP),
        (replace(whole, subscribed=False), Condition.SUBSCRIPTION, Remedy.SUBSCRIBE),
        (replace(whole, secure_telephone=False), Condition.SECURE_TELEPHONE, Remedy.BRANCH),
    ):
        for path in EnrolmentPath:
            (missing,) = list_missing(less, path, AGE)
            assert (missing.condition, missing.remedy) == (condition, remedy)


@pytest.mark.parametrize(
    ("cards", "age", "remedy"),
    [
        ((), None, Remedy.GIVE_EMAIL),
        ((CardFacts(True, used=False),), None, Remedy.USE_CARD),
        ((CardFacts(True, opposed=True),), None, Remedy.GIVE_EMAIL),
        ((), AGE - 1000, Remedy.WAIT),
        ((), AGE, Remedy.WAIT),
        ((), AGE + 1000, None),
    ],
)
def test_card_or_email(cards: tuple[CardFacts, ...], age: int | None, remedy: Remedy | None) -> None:
    """« Depuis plus de 72h »: a second before it is not, a second after it is."""
    missing = list_missing(CustomerFacts(True, True, True, True, cards, age), EnrolmentPath.SELF_CARE, AGE)
    assert [one.remedy for one in missing] == ([remedy] if remedy else [])


# The counter


def test_one_telephone_never_raises_an_alarm() -> None:
    """Whatever answers are lost: each request is taken once."""
    for lost in itertools.product((False, True), repeat=8):
        assert deliver(lost) == list(range(1, 9))


def deliver(lost: tuple[bool, ...]) -> list[int]:
    """The requests that were taken, where the answers to those are lost and the request is repeated."""
    last, taken = LastRequest(), []
    for number, dropped in enumerate(lost, 1):
        for _ in range(1 + dropped):
            verdict = judge_counter(last, number, f"request {number}")
            assert verdict is not CounterVerdict.COPIED
            if verdict is CounterVerdict.FRESH:
                last = LastRequest(number, f"request {number}")
                taken.append(number)
    return taken


def test_two_holders_of_one_key_are_found_at_the_second_ones_first_use() -> None:
    for order in itertools.product("ab", repeat=8):
        if len(set(order)) == 2:
            assert find_alarm(order) == next(number for number, who in enumerate(order) if who != order[0])


def find_alarm(order: tuple[str, ...]) -> int | None:
    """At which request the alarm is raised, where these use the same key in that order."""
    last, counters = LastRequest(), dict.fromkeys(order, 0)
    for number, who in enumerate(order):
        counters[who] += 1
        digest = f"{who} {counters[who]}"
        if judge_counter(last, counters[who], digest) is CounterVerdict.COPIED:
            return number
        last = LastRequest(counters[who], digest)
    return None


# Asking


def test_prompts_are_bounded_and_stop_after_refusals() -> None:
    policy = SECURPASS_POLICY
    assert judge_prompt(PromptFacts(), NOW, policy, log_on=True) is None
    assert judge_prompt(PromptFacts(prompts=3), NOW, policy, log_on=False) is Hush.OFTEN
    assert judge_prompt(PromptFacts(log_ons=1), NOW, policy, log_on=True) is Hush.WAITING
    assert judge_prompt(PromptFacts(log_ons=1), NOW, policy, log_on=False) is None
    refused = PromptFacts(refusals=2, refused_ms=NOW)
    assert judge_prompt(refused, NOW + 15 * MINUTE_MS - 1, policy, log_on=False) is Hush.REFUSED
    assert judge_prompt(refused, NOW + 15 * MINUTE_MS, policy, log_on=False) is None
    assert judge_prompt(PromptFacts(refusals=1, refused_ms=NOW), NOW, policy, log_on=False) is None


@given(st.binary(min_size=32, max_size=32))
def test_a_number_to_match_has_two_digits(mac: bytes) -> None:
    number = make_match(mac)
    assert len(number) == 2
    assert number.isdecimal()


# Trust


def test_trust_needs_uses_on_different_days() -> None:
    assert is_trusted(PhoneUse(10, 5), SECURPASS_POLICY)
    assert not is_trusted(PhoneUse(100, 4), SECURPASS_POLICY)
    assert not is_trusted(PhoneUse(9, 9), SECURPASS_POLICY)


def test_trust_alone_exempts_nothing() -> None:
    """The star, the own telephone, its trust, and an article: one that is missing, and the customer is asked."""
    use = PhoneUse(10, 5)
    whole = ExemptionFacts(starred=True, own_phone=True, cents=1_000_000, own_account=True)
    assert judge_exemption(whole, use, SECURPASS_POLICY) is Exemption.OWN_ACCOUNTS
    for less in (replace(whole, starred=False), replace(whole, own_phone=False), replace(whole, own_account=False)):
        assert judge_exemption(less, use, SECURPASS_POLICY) is None
    assert judge_exemption(whole, PhoneUse(9, 5), SECURPASS_POLICY) is None


@pytest.mark.parametrize(
    ("cents", "since_cents", "since_count", "exempt"),
    [(3000, 0, 0, True), (3001, 0, 0, False), (3000, 7000, 4, True), (3000, 7001, 0, False), (1, 0, 5, False)],
)
def test_low_value(cents: int, since_cents: int, since_count: int, *, exempt: bool) -> None:
    """(EU) 2018/389, article 16: 30 euros, and 100 euros or five times since the last strong authentication."""
    facts = ExemptionFacts(True, True, cents, since_cents=since_cents, since_count=since_count)
    found = judge_exemption(facts, PhoneUse(10, 5), SECURPASS_POLICY)
    assert found is (Exemption.LOW_VALUE if exempt else None)


def test_a_known_payee_is_exempt() -> None:
    facts = ExemptionFacts(True, True, 1_000_000, known_payee=True)
    assert judge_exemption(facts, PhoneUse(10, 5), SECURPASS_POLICY) is Exemption.TRUSTED_BENEFICIARY


def test_more_than_five_tries_are_no_policy() -> None:
    with pytest.raises(ValueError, match="2018/389"):
        SecurPassPolicy(tries=6)


# What the telephone signs

REQUEST = {
    "version": 1,
    "act": "approve",
    "about": "9f" * 32,
    "match": "42",
    "device": "5f" * 16,
    "counter": 7,
    "at": NOW,
    "by": "code",
}


def test_a_request_is_read_in_any_order_of_its_members() -> None:
    for order in (REQUEST.items(), reversed(REQUEST.items())):
        request = read_request(json.dumps(dict(order)).encode())
        assert (request.act, request.by, request.match, request.counter) == (
            PhoneAct.APPROVE,
            ProofKind.CODE,
            "42",
            7,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": True},
        {"act": "approved"},
        {"about": "9F" * 32},
        {"about": "9f" * 31},
        {"match": "4"},
        {"match": "4²"},
        {"match": 42},
        {"device": "5f" * 17},
        {"counter": 0},
        {"counter": 2**53},
        {"counter": 7.0},
        {"counter": True},
        {"at": -1},
        {"by": "device"},
        {"by": "voice"},
        {"extra": 1},
    ],
    ids=str,
)
def test_another_request_is_none(change: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        read_request(json.dumps(REQUEST | change).encode())


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 1000,
        json.dumps(REQUEST).encode() + b" " * 1024,
        json.dumps(REQUEST).encode().replace(b'"counter": 7', b'"counter": 7, "counter": 8'),
        json.dumps(REQUEST).encode().replace(b'"counter": 7', b'"counter": NaN'),
        json.dumps({name: value for name, value in REQUEST.items() if name != "match"}).encode(),
    ],
    ids=lambda octets: str(octets[:40]),
)
def test_what_is_no_object_of_ours_is_none(octets: bytes) -> None:
    with pytest.raises(RequestError):
        read_request(octets)


def test_refusing_needs_possession_only_and_everything_strong_needs_more() -> None:
    easy = {act for act, proofs in ACCEPTED.items() if ProofKind.DEVICE in proofs}
    assert easy == {PhoneAct.OPEN, PhoneAct.REFUSE, PhoneAct.FRAUD}
    assert set(ACCEPTED) == set(PhoneAct)


def test_the_readers_digits_follow_from_both_keys() -> None:
    digits = make_key_challenge(b"device", b"code")
    assert digits == "73777532", "computed by hand with hashlib"
    assert digits != make_key_challenge(b"devicf", b"code")
    assert digits != make_key_challenge(b"device", b"codf")
    assert digest_about(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
