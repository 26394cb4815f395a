"""Which application of a card makes the codes.

The dedicated ones first, by name; then what the card's directories list and what is known by name and brings a bitmap
of its own; last a payment application that brings none, for which a default counts. One of no use (GET PROCESSING
OPTIONS refused, no CDOL1, neither bitmap nor rule) is left for the next. Only when none is left it is said what was
wrong with the best one.

What an application is good for is known after GET PROCESSING OPTIONS alone, which moves its counter. A dedicated one is
therefore taken at its word, and of the others it is found out first, by SELECT, which are there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sesame_core.cap import emv
from sesame_core.cap.codes import DEDICATED, Request, is_dedicated
from sesame_core.cap.directory import list_contactless, list_pse
from sesame_core.cap.emv import Application, CardData
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Conversation, StatusWord
from sesame_core.smartcard.tlv import find_value, parse_objects

PAYMENT = tuple(
    bytes.fromhex(aid)
    for aid in (
        "A0000000032010",  # Visa Electron
        "A0000000031010",  # Visa
        "A0000000041010",  # Mastercard
        "A0000000043060",  # Maestro
    )
)
"""Payment applications that have been seen to make codes."""

AIDS = (*DEDICATED, *PAYMENT)
"""Every name that is tried whether a directory lists it or not."""

RID_CB = bytes.fromhex("A000000042")
"""Cartes Bancaires: payment only."""

BLOCKED = (StatusWord.FILE_INVALIDATED, StatusWord.FILE_TERMINATED)
"""Answers to SELECT for an application that is there and blocked (EMV Book 1, 12.4; ISO/IEC 7816-4)."""

DOUBTS = (Fault.GARBAGE, Fault.APPLICATION_BLOCKED)
"""Faults of a dedicated application after which no default bitmap is a good guess: its own codes are the right ones."""


NEAREST = (Fault.APPLICATION_BLOCKED, Fault.UNSUPPORTED, Fault.INCOMPLETE, Fault.GARBAGE, Fault.REFUSED)
"""Everything that can be wrong with an application, the nearest to a code first."""


@dataclass(frozen=True, slots=True)
class CandidateTrouble:
    """Why an application was passed over."""

    aid: bytes
    fault: Fault
    detail: str


class Choice:
    """The choice among one card's applications, from power-on. Its conversations may be left at any point and begun
    again."""

    def __init__(self) -> None:
        self._dedicated = list(DEDICATED)
        self._found: list[Application] = []
        self._all_found = False
        self._selected: Application | None = None
        self._chosen: Application | None = None
        self._troubles: dict[bytes, CandidateTrouble] = {}
        self._unsupported: list[bytes] = []
        self._absent = False

    def first(self) -> Conversation[Application]:
        """The best application that is there, as far as SELECT tells. No counter moves.

        Raises CardError: APPLICATION_BLOCKED where what is there is blocked, UNSUPPORTED where nothing is there.
        """
        if not self._found and not (yield from self._look_further()):
            raise self._final_error()
        return self._found[0]

    def prepare(self, request: Request) -> Conversation[CardData]:
        """The card's data for a request, from the best application that is of use; the same one from then on.

        Raises CardError as `emv.prepare`: what was wrong with the best one, when none is of use.
        """
        if self._chosen is None:
            card = yield from self._choose_application(request)
        else:
            application = yield from self._as_selected(self._chosen)
            self._selected = None
            card = (yield from emv.read_files(application, request)).card_data(application)
        self._chosen = card.application
        return replace(card, tries=(yield from emv.read_tries()))

    def likely(self) -> Conversation[Application]:
        """The application that `prepare` is likely to take, told from what the card shows before GPO: for tools, which
        move no counter. Raises CardError as `first`."""
        best = yield from self.first()
        # A dedicated application is meant for codes whatever its records say: nothing else is worth a look.
        if is_dedicated(best.aid) or len(self._found) == 1:
            return best
        guesses: list[Application] = []
        for application in self._found:
            yield from self._as_selected(application)
            try:
                card = emv.card_data(application, (yield from emv.read_shown_files()), None)
            except CardError:
                continue
            if card.own_bitmap:
                return application
            guesses.append(application)
        return (yield from self._as_selected((guesses or [best])[0]))

    # The parts of the choice

    def _choose_application(self, request: Request) -> Conversation[CardData]:
        spare: CardData | None = None
        place = 0
        while place < len(self._found) or (yield from self._look_further()):
            application = self._found[place]
            card = yield from self._try_application(application, request)
            if card is not None:
                # A payment application without a bitmap of its own may work by Visa's default: kept, in case no
                # better one is there.
                if card.own_bitmap or is_dedicated(application.aid):
                    return card
                spare = spare or card
            place += 1
        if spare is None or self._in_doubt():
            raise self._final_error()
        # Others were selected since: the card has forgotten this one's transaction.
        if spare.application is not self._found[-1]:
            yield from emv.restart_card(spare, request)
        return spare

    def _try_application(self, application: Application, request: Request) -> Conversation[CardData | None]:
        """GPO and records; None, and the trouble noted, for an application of no use."""
        try:
            fresh = yield from self._as_selected(application)
            self._selected = None
            files = yield from emv.read_files(fresh, request)
            return replace(files.card_data(fresh), application=application)
        except CardError as error:
            # A card that never ends is not asked the next ten questions as well.
            if error.fault is Fault.ENDLESS:
                raise
            self._note_trouble(application.aid, error.fault, str(error))
            return None

    def _as_selected(self, application: Application) -> Conversation[Application]:
        """The application as it is right after SELECT."""
        if self._selected is application:
            return application
        self._selected = None
        again = yield from emv.reselect_application(application)
        self._selected = application
        return again

    def _look_further(self) -> Conversation[bool]:
        """Find one more dedicated application or, when there is none, all the others. False when nothing was found."""
        before = len(self._found)
        while self._dedicated:
            yield from self._select_candidate(self._dedicated[0])
            # Taken off the list only now: a conversation left inside `_select_candidate` seeks this name again.
            del self._dedicated[0]
            if len(self._found) > before:
                return True
        if not self._all_found:
            listed = yield from list_pse()
            for aid in _each_once((*listed, *PAYMENT, *(yield from list_contactless()))):
                yield from self._select_candidate(aid)
            self._all_found = True
        return len(self._found) > before

    def _select_candidate(self, aid: bytes) -> Conversation[None]:
        """SELECT by name, and remember what there is."""
        self._selected = None
        response = yield emv.select_command(aid)
        if any(map(response.has, BLOCKED)):
            self._note_trouble(aid, Fault.APPLICATION_BLOCKED, "the application is blocked")
        elif response.has(StatusWord.FUNCTION_NOT_SUPPORTED):
            self._unsupported.append(aid)
        elif not response.ok:
            # Some name is answered as absent: then this card does tell absent from blocked.
            self._absent = True
        else:
            self._remember_application(aid, response.data)

    def _remember_application(self, aid: bytes, fci: bytes) -> None:
        try:
            application = Application(aid, parse_objects(fci))
        except CardError as error:
            self._note_trouble(aid, error.fault, str(error))
            return
        if _full_aid(application) not in map(_full_aid, self._found):
            self._found.append(application)
            self._selected = application

    def _note_trouble(self, aid: bytes, fault: Fault, detail: str) -> None:
        self._troubles.setdefault(aid, CandidateTrouble(aid, fault, detail))

    def _known_troubles(self) -> tuple[CandidateTrouble, ...]:
        """Everything noted, in the order of preference.

        6A81 is said by a card of a blocked application, and by some of every name they do not have: where no name gets
        another answer it tells nothing of this one, unless nothing else is there.
        """
        blocked = [CandidateTrouble(aid, Fault.APPLICATION_BLOCKED, "the card is blocked") for aid in self._unsupported]
        telling = self._absent or not self._found
        return tuple(sorted((*self._troubles.values(), *(blocked if telling else ())), key=_rank_trouble))

    def _in_doubt(self) -> bool:
        return any(each.fault in DOUBTS and is_dedicated(each.aid) for each in self._known_troubles())

    def _final_error(self) -> CardError:
        for trouble in self._known_troubles():
            return CardError(trouble.fault, trouble.detail)
        return CardError(Fault.UNSUPPORTED, "no CAP application")


def select_application() -> Conversation[Application]:
    """The application that codes are likely to be made with; no counter moves. Raises CardError as `Choice.first`."""
    return (yield from Choice().likely())


def _each_once(aids: Iterable[bytes]) -> tuple[bytes, ...]:
    """The names that are worth asking for: no dedicated one whose whole name was asked, none that only pays."""
    return tuple(aid for aid in dict.fromkeys(aids) if aid not in DEDICATED and not aid.startswith(RID_CB))


def _full_aid(application: Application) -> bytes:
    """The whole name that the card gave (84), where it gave one: a shorter name finds it as well."""
    return find_value(application.fci, 0x84) or application.aid


def _rank_trouble(trouble: CandidateTrouble) -> tuple[int, int]:
    """The dedicated ones in their order, then the others by how near they came to a code; a blocked one was near."""
    dedicated = (place for place, aid in enumerate(DEDICATED) if trouble.aid.startswith(aid))
    return next(dedicated, len(DEDICATED)), NEAREST.index(trouble.fault)
