"""English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sesame_core.events import Key
from simulator.words.sentences import MirrorWords, PageWords, SheetStep, SheetWords, SimulatorWords, TerminalWords

PAGE: Final = PageWords(
    language="en",
    name="English",
    skip="Skip to the reader",
    title="The Sésame reader and Coop@net",
    intro="A reader simulated down to its pins, and a demonstration bank beside it.",
    next_customer="Next customer",
    next_hint="Pulls the card, signs everybody off, puts cards and accounts back as at first",
    reader="The reader",
    glass="The reader's display",
    keypad="The reader's keypad",
    slot="Card slot",
    cards="The cards",
    cards_hint="Drag a card to the reader, or click on it.",
    more_cards="All other cards",
    technical="Technical details",
    glass_note="The display speaks the card's language, not the page's: most of these cards ask for French.",
    sheet="Sheet for the customer",
    pin="PIN",
    user="user code",
    put_in="in the reader",
    pull="Pull the card",
    read="Say the code",
    keyboard="The computer's keyboard",
    keyboard_on="My keyboard drives the reader",
    keyboard_bank="In a field or on a link of Coop@net the keys are Coop@net's.",
    shortcuts=(
        ("0 to 9", "digits"),
        ("c", "Code"),
        ("Enter", "OK"),
        ("⌫", "C"),
        ("d", "Défi"),
        ("s", "Signer"),
        ("a", "Arrêt"),
    ),
    bank="Coop@net, the demonstration bank",
    bank_alone="Open alone",
    inside="Look inside",
    state="State",
    dark_in="Goes dark in",
    slot_holds="In the slot",
    trace="What card and reader say to each other",
    trace_empty="Nothing yet: insert a card.",
    trace_hint="The PIN is masked.",
    unplug="Unplug the card reader",
    plug="Plug the card reader in",
    verbs="Drive it over HTTP",
    verbs_title="The reader over HTTP",
    verbs_text="Every verb, as this server's OpenAPI document describes it.",
    home="Back to the reader",
    legends=MappingProxyType(
        {"Défi": "Défi (challenge)", "Signer": "Signer (sign)", "C": "C (clear)", "Arrêt": "Arrêt (off)"}
    ),
    said=MappingProxyType(
        {
            "dark": "The display is dark.",
            "code": "A code is shown.",
            "unread": "The code cannot be read.",
            "lost": "The reader does not answer any more. Start ./run again.",
            "next": "Ready for the next customer.",
            "empty": "nothing",
            "seconds": "s",
            "inserted": "Card inserted: ",
            "pulled": "Card pulled.",
        }
    ),
    phases=MappingProxyType(
        {
            "asleep": "asleep",
            "no card": "waits for a card",
            "reading": "reads the card",
            "ready": "waits for a function",
            "challenge": "challenge being typed",
            "amount": "amount being typed",
            "account": "account being typed",
            "pin": "PIN being typed",
            "working": "the card computes",
            "data": "data being typed",
            "code": "code shown",
            "fault": "card error",
            "no reader": "no card reader",
            "flat battery": "flat battery",
            "halted": "ended",
        }
    ),
)

SHEET: Final = SheetWords(
    title="Your Sésame reader",
    lead="To open your accounts on Coop@net, your reader and your card make a code that works once. Whoever saw it "
    "could do nothing with it afterwards.",
    make_title="1. Make a Sésame code",
    make=(
        SheetStep("Insert your bank card or your Sésame card into the reader.", "insert"),
        SheetStep("Press the Code key.", "ready", "key-code.svg"),
        SheetStep(
            "Type the 4 digits of the card's PIN. Bank card: the one you pay and withdraw money with. Sésame card: the "
            "one that came by post.",
            "pin",
        ),
        SheetStep("Confirm with the OK key. Your Sésame code appears: 8 digits.", "code", "key-ok.svg"),
    ),
    enter_title="2. Sign in to Coop@net",
    enter=(
        SheetStep("On the home page click on “Subscribers' access”, then on the Sésame reader."),
        SheetStep("Type your user code, the 8 characters that the bank gave you. It does not change."),
        SheetStep("Type your Sésame code, with or without the space, and validate. Your accounts appear."),
    ),
    know_title="Good to know",
    know=(
        "You have 35 seconds. Then the reader goes dark and the code is gone: make a new one.",
        "Each code works once. A new code every time you sign in.",
        "After three wrong PINs the card blocks itself.",
        "Nobody will ever ask you for a Sésame code by telephone, message or mail.",
    ),
    ask_title="A doubt, a question?",
    ask="{name}: {telephone}",
    ask_here="Ask your branch.",
    warning="Sheet of a demonstration: this is no document of a bank.",
    print_out="Print",
    screen="The reader's display",
)

TERMINAL: Final = TerminalWords(
    (
        (Key.CODE, "c Code"),
        (Key.CHALLENGE, "d Challenge"),
        (Key.SIGN, "s Sign"),
        (Key.OK, "Enter OK"),
        (Key.CLEAR, "← Clear"),
        (Key.OFF, "a Off"),
    ),
    "Cards",
    "↑ ↓ choose   Space insert/pull   l unplug the reader",
    "PIN",
    "q quit",
    "Window too small: {}×{} characters are needed (here {}×{}).",
    "Too many keys at once: the last ones are not taken.",
)

MIRROR: Final = MirrorWords(
    title="Sésame reader",
    away="The reader is not there. The picture comes back by itself.",
    glass="The reader's display",
)

CARDS: Final = MappingProxyType(
    {
        "bank-card": "Bank card",
        "sesame-card": "Sésame card",
        "mastercard-cap": "Mastercard",
        "last-try": "Card with one try left",
        "blocked": "Blocked card",
        "no-cap": "Card that makes no code",
        "mute": "Card with a damaged chip",
    }
)

VERBS: Final[Mapping[str, str]] = MappingProxyType({})

ENGLISH: Final = SimulatorWords(PAGE, SHEET, TERMINAL, MIRROR, CARDS, VERBS)
