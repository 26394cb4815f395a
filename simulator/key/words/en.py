"""Around the access key, in English."""

from types import MappingProxyType
from typing import Final

from simulator.key.words.sentences import KeyPageWords

ENGLISH: Final = KeyPageWords(
    title="The access key and Sogecash Net",
    intro="An e-secure key with its display and keypad, and a PC that it is plugged into.",
    skip="Go to the key",
    key="The access key",
    glass="The key's display",
    keypad="The key's keypad",
    dock="Docking station",
    plug="Plug the key in",
    unplug="Pull the key",
    keyboard="My keyboard drives the key",
    post_title="Received by post",
    post_hint="Of the demonstration: real letters come apart.",
    user="User ID",
    pin="The key's PIN",
    puk="The key's PUK, where its PIN is blocked",
    code="Activation code",
    number="Security number",
    post_anew="Have them posted again",
    updates_title="Updates",
    runs="The key runs version {number} of its program.",
    offered="The bank offers version {number}: plug the key in, and its program says so.",
    nothing_newer="The bank offers nothing newer.",
    publish="Publish a newer version",
    steps_title="To begin",
    steps=(
        "Plug the key in. The PC starts the key's program.",
        "In its window, type the user ID and the activation code of the letter.",
        "The key asks for its PIN: type 123456 on its keypad, then OK. Each signature wants OK on the key.",
        "The browser opens: type the user ID, then Access with certificate, and press OK on the key.",
        "Type the security number of the letter on the virtual keyboard, and choose your own.",
        "A transfer: + Payments, Transfers, then Confirm with my access key. Read it on the key's display; 9 turns the "
        "pages, OK on the last one signs it.",
        "An update: publish a newer version, and plug the key in again.",
        "To end: Log off, then Remove the e-secure access key.",
    ),
    computer="The PC",
    drive="Drive",
    drive_empty="No disc: the key is not plugged in, or it was ejected.",
    start="Start the program on the key",
    manner="When a key is plugged in, the PC",
    manners=MappingProxyType(
        {"automatic": "starts its program", "asks": "asks", "manual": "does nothing: start it by hand"}
    ),
    asks="What is to be done with this disc?",
    asks_yes="Run e-secure",
    asks_no="Nothing",
    launcher="The key's program",
    launcher_closed="The key's program is not running.",
    send="Send",
    tray="Beside the clock",
    browser="The PC's browser",
    browser_closed="The browser is closed.",
    close="Close the browser",
    true_title="What is real here",
    true_text="Your own browser has no access key, so the PC on this page is the customer. Its browser reaches the "
    "real site by TLS 1.3 with the certificate in the key, and shows its pages unchanged in the frame, no scripts. "
    "Each signature is asked of the key: nothing goes on without OK on its keypad.",
    glass_note="The key's display speaks French: its language is set in the key.",
    try_again="Try again",
    said=MappingProxyType(
        {
            "dark": "The key's display is dark.",
            "plugged": "The key is in the docking station.",
            "pulled": "The key was pulled. It is dark, and nothing is lost.",
            "lost": "The key does not answer any more. Start ./run again.",
            "refused": "That is not possible now.",
            "next": "Ready for the next customer.",
            "copied": "Details copied.",
        }
    ),
    browser_faults=MappingProxyType(
        {
            "closed": ("The browser is closed", "The key's program opens it."),
            "MissingTlsError": (
                "This computer cannot speak TLS with the key",
                "tlslite-ng is not installed: install this project with its extra [web].",
            ),
            "KeyAbsentError": (
                "The key is not in the computer",
                "The site is reached with the key alone. Plug it in, then try again.",
            ),
            "SigningRefusedError": (
                "Nobody pressed OK on the key",
                "The key signs when you press OK on its keypad. Try again, and press OK when its display asks.",
            ),
            "PinMissingError": (
                "The key's PIN was not typed",
                "The key asks for it on its own display. Try again, and type it on the key.",
            ),
            "UntrustedServerError": (
                "This is not the site that was meant",
                "Its certificate is not of the authority that the key brings along, or cannot be read (a browser says "
                "SEC_ERROR_UNKNOWN_ISSUER, or -8183 SEC_ERROR_BAD_DER).",
            ),
            "SiteUnreachedError": (
                "The connection was lost",
                "The site does not answer, or has ended the connection. Try again.",
            ),
        }
    ),
)
