"""English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sesame_core.events import Key
from simulator.words.sentences import (
    EntranceWords,
    MirrorWords,
    PageWords,
    PartWords,
    PhonePageWords,
    SheetStep,
    SheetWords,
    SimulatorWords,
    TerminalWords,
)

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
    entrance="Home",
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

ENTRANCE: Final = EntranceWords(
    title="Welcome to the demonstration",
    lead="Choose what to begin with. Coop@net, the demonstration bank, is beside each of them.",
    skip="Go to the choice",
    parts=MappingProxyType(
        {
            "reader": PartWords(
                "The reader", "A card, its PIN, and an eight-digit code that is good for once.", "Take the reader"
            ),
            "phone": PartWords(
                "The telephone",
                "Sécur'Pass: what you ask for at the computer appears on the telephone. You approve it, or you refuse.",
                "Take the telephone",
            ),
            "key": PartWords(
                "The access key",
                "A key in the computer and its PIN: a business opens its accounts and signs its transfers.",
                "Take the key",
            ),
            "shop": PartWords(
                "The shop", "Pay by card on the internet: the bank asks for your approval.", "Enter the shop"
            ),
            "machine": PartWords(
                "The cash machine",
                "SM@RT'retrait: notes for a code of Coop@net's, without a card.",
                "Go to the machine",
            ),
            "wallet": PartWords(
                "The wallet",
                "The card in the telephone (Apple Pay, Samsung Pay): the bank asks for your approval.",
                "Open the wallet",
            ),
        }
    ),
    bank="Coop@net alone",
    adviser="The adviser's desk",
    note="A demonstration, without real money. Nobody will ask you for a real card or a real code here.",
)

PHONE_PAGE: Final = PhonePageWords(
    title="The telephone and Coop@net",
    intro="Sécur'Pass on a telephone, and the demonstration bank beside it.",
    skip="Go to the telephone",
    telephone="The telephone",
    messages_title="Messages received",
    messages_hint="The bank's text messages and e-mails arrive here.",
    messages_none="Nothing yet.",
    by_text="Text message",
    by_mail="E-mail",
    steps_title="To begin",
    steps=(
        "Log on at the telephone: user code DURAND42, password “ouvre-toi”, then the code of the text message.",
        "Activate Sécur'Pass: choose four digits, and confirm by text message and by e-mail.",
        "It approves after 72 hours. The adviser may lift them at the desk.",
        "In Coop@net, sign in and make a transfer. The telephone asks for your approval.",
    ),
    adviser="Open the adviser's desk",
    real_title="On a real telephone",
    real_text="A telephone on the same network reads this code or opens this address.",
    real_picture="QR code of the address {url}",
    real_root="The first time, install the demonstration's certificate on the telephone:",
    real_root_get="the certificate",
    real_fingerprint="Its SHA-256 fingerprint:",
    real_finger="Without this certificate the app cannot be installed. Finger and face need a name: at an address of "
    "digits, one approves by the code.",
    real_plain="The app opens, but it cannot make its keys: it needs an address in https. Start again with "
    "./run --listen --tls. Here, in the frame, everything works.",
    real_closed="Nothing is open to other devices. Start again with ./run --listen --tls to come from a real "
    "telephone. Here, in the frame, everything works.",
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

ENGLISH: Final = SimulatorWords(PAGE, SHEET, TERMINAL, MIRROR, ENTRANCE, PHONE_PAGE, CARDS, VERBS)
