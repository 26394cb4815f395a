"""Is this code right? The issuer's verification: yes once a code.

Candidates are the counters above the last accepted one, inside a window, that agree with the counter's bits in the
code. A cryptogram is computed for these only, compared in constant time, and the counter is stored in the same
transaction as the acceptance.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from bank.books.records import Attempt, IssuedCard, Reason, Status
from bank.books.store import Store
from bank.emv.codes import MAX_ATC, Clue, mix_data, normalise_code
from bank.emv.keys import card_key
from bank.emv.terminal import PLAIN, CodeRequest


def utc_now() -> datetime:
    """The time for the log."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """How far and how often the bank looks.

    `window`: counters beyond the last accepted one. `attempts`: refusals in a row before a card must be unblocked, at
    most five (EU 2018/389, article 4(3)(b)).
    `guess_bits`: a guess may be right once in two to this power at most, which bounds the candidates where a code
    brings few cryptogram bits and none of the counter. `gap`: how many counters may lie between the two codes of a
    resynchronisation.
    """

    window: int = 256
    attempts: int = 5
    guess_bits: int = 14
    gap: int = 8


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """Yes or no. `reason` is for the log: who typed the code is told the same words for every no.

    `left`: how many refusals there may still be before the card is closed; None where no card was looked at.
    """

    accepted: bool
    reason: Reason
    left: int | None = None


SLIP = CodeVerdict(False, Reason.MALFORMED)
"""No, but nothing that was guessed: it is held against nobody."""


@dataclass(frozen=True)
class Verifier:
    """The bank's desk for codes: a store, a policy, and the clock of its log."""

    store: Store
    policy: Policy = DEFAULT_POLICY
    now: Callable[[], datetime] = utc_now

    def verify(self, who: str, code: str, request: CodeRequest = PLAIN, source: str = "") -> CodeVerdict:
        """Whether `code` is a right and unused one of `who` (user code, card identifier or card number).

        `request` says what the code confirms, nothing for a plain code. `source` goes to the log. What is no code at
        all is a slip in typing: no attempt, and nothing in the books. Raises StateError when the store fails: the code
        may be used up then, but is not accepted.
        """
        if normalise_code(code) is None:
            return SLIP
        card = find_card(self.store, who)
        return self.verify_card(card, code, request, source) if card else self._note(None, source, Reason.UNKNOWN)

    def verify_card(self, card: IssuedCard, code: str, request: CodeRequest = PLAIN, source: str = "") -> CodeVerdict:
        """The same for a card that was found already. Two transactions: the attempt is counted in the first, before
        the code is looked at; what came of it and the log are the second. Raises StateError."""
        digits = normalise_code(code)
        if digits is None:
            return SLIP
        status = self._count_attempt(card)
        if status is None:
            return self._note(card, source, Reason.LIMITED, 0)
        return self._use_up(card, self._seek(card, status.last_atc, digits, request), status, source)

    def resynchronise_counter(self, who: str, codes: tuple[str, str], source: str = "") -> CodeVerdict:
        """Find a counter that ran away beyond the window, by two plain codes made one soon after the other.

        The first is looked for over all counters left, the second at most `policy.gap` above it. A yes uses both up.
        It counts as one attempt, unless one is no code at all, and does not unblock a card. Raises StateError.
        """
        first, second = map(normalise_code, codes)
        if first is None or second is None:
            return SLIP
        card = find_card(self.store, who)
        if card is None:
            return self._note(None, source, Reason.UNKNOWN)
        status = self._count_attempt(card)
        if status is None:
            return self._note(card, source, Reason.LIMITED, 0)
        search, left = self._search(card, PLAIN), range(status.last_atc + 1, MAX_ATC + 1)
        nexts = (range(atc + 1, min(atc + self.policy.gap, MAX_ATC) + 1) for atc in search.found(first, left))
        found = [atc for counters in nexts for atc in search.found(second, counters)]
        return self._use_up(card, found, status, source)

    def seek_counter(self, card: IssuedCard, last_atc: int, code: str, request: CodeRequest) -> int | None:
        """The counter above `last_atc`, within the window, whose code for `request` this is; it is not used up.

        For whoever uses it up in a transaction of his own, and has counted the attempt before. Raises StateError.
        """
        digits = normalise_code(code)
        return next(iter(self._seek(card, last_atc, digits, request)), None) if digits else None

    def _seek(self, card: IssuedCard, last_atc: int, code: str, request: CodeRequest) -> list[int]:
        counters = range(last_atc + 1, min(last_atc + 1 + self.policy.window, MAX_ATC + 1))
        return self._search(card, request).found(code, counters, self._most(card))

    def _count_attempt(self, card: IssuedCard) -> Status | None:
        """Before the code is looked at; None when no attempt is left."""
        return self.store.take_attempt(card.card_id, self.policy.attempts)

    def _use_up(self, card: IssuedCard, found: list[int], status: Status, source: str) -> CodeVerdict:
        """`status`: with this attempt counted."""
        left = max(0, self.policy.attempts - status.failures)
        if not found:
            return self._note(card, source, Reason.NO_MATCH, left)
        attempt = Attempt(self.now(), card.card_id, source, Reason.ACCEPTED)
        if self.store.accept_code(card.card_id, found[0], attempt):
            return CodeVerdict(True, Reason.ACCEPTED)
        return CodeVerdict(False, Reason.RACED, left)

    def _search(self, card: IssuedCard, request: CodeRequest) -> "Search":
        return Search(card, card_key(self.store.issuer_key(card.key_name), card.pan, card.psn), request)

    def _most(self, card: IssuedCard) -> int:
        """How many candidates may be tried for a guess to stay improbable enough: at least one."""
        return 1 << max(0, card.rule.cryptogram_bits(card.sample()) - self.policy.guess_bits)

    def _note(self, card: IssuedCard | None, source: str, reason: Reason, left: int | None = None) -> CodeVerdict:
        """A refusal, in the log."""
        self.store.note_attempt(Attempt(self.now(), card.card_id if card else "", source, reason))
        return CodeVerdict(False, reason, left)


@dataclass(frozen=True, slots=True)
class Search:
    """Codes of one card for one request. `key`: the card's own master key."""

    card: IssuedCard
    key: bytes = field(repr=False)
    request: CodeRequest = PLAIN

    def code(self, atc: int) -> str:
        """The code that the card leads to at this counter after a right PIN, not grouped."""
        ac = mix_data(self.card.cryptogram(self.key, atc, self.request), self.request.data)
        return self.card.rule.make_digits(replace(self.card.sample(), atc=atc, ac=ac))

    def found(self, code: str, counters: range, most: int | None = None) -> list[int]:
        """The counters whose code this is. All candidates are computed: time does not tell which one it was."""
        clue = self.card.rule.read_clue(code, self.card.sample())
        candidates = islice(_agreeing(counters, clue), most) if clue else ()
        return [atc for atc in candidates if hmac.compare_digest(self.code(atc), code)]


def verify_code(
    store: Store, who: str, code: str, request: CodeRequest = PLAIN, policy: Policy = DEFAULT_POLICY
) -> CodeVerdict:
    """`Verifier.verify` in one call."""
    return Verifier(store, policy).verify(who, code, request)


def find_card(store: Store, who: str) -> IssuedCard | None:
    """The card of a user code, or with this identifier or number; spaces do not matter, nor the user code's case."""
    plain = "".join(who.split())
    holder = store.find_holder(plain.upper())
    return store.find_card(holder.card_id if holder else plain) or store.card_numbered(plain)


def _agreeing(counters: range, clue: Clue) -> Iterator[int]:
    return (atc for atc in counters if atc & clue.mask == clue.value)
