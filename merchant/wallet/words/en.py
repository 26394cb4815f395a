"""English."""

from typing import Final

from merchant.cards import CardSlip
from merchant.wallet.books import WalletMaker, WishState
from merchant.wallet.words.sentences import WalletWords

ENGLISH: Final = WalletWords(
    language="en",
    name="English",
    demonstration="Wallet of a demonstration, without real money.",
    skip="Go to the wallet",
    title="My cards",
    empty="No card yet.",
    held="Stands for •••• {last}: {token}",
    waits="Your bank is being asked",
    add="Add a card",
    add_title="Add a card",
    add_intro="Type what is printed on the card. Your bank then asks for your approval.",
    maker="Wallet",
    makers={WalletMaker.APPLE: "Apple's Wallet (Apple Pay)", WalletMaker.SAMSUNG: "Samsung Pay"},
    number="Card number",
    number_hint="The digits on the front, with or without spaces.",
    expires="Expiry date",
    expires_hint="Month and year, for example 12/31.",
    value="Security code",
    value_hint="The 3 digits printed on the back.",
    ask="Ask my bank",
    mistakes="To be corrected",
    slips={
        CardSlip.NUMBER: "This number is not right: compare it digit by digit with your card.",
        CardSlip.EXPIRES: "Write month and year, for example 12/31.",
        CardSlip.PAST: "This date is over: use another card.",
        CardSlip.VALUE: "These are 3 digits, on the back of the card.",
    },
    refusals={
        "wrong": "Your bank does not know this card. Check number, date and security code.",
        "closed": "Too many wrong tries. Wait, or call your branch.",
        "denied": "Your bank does not allow this card here now. See your branch.",
    },
    away="The bank does not answer. Try again in a moment.",
    states={
        WishState.PENDING: ("Your bank asks you", "Approve with Sécur'Pass, or in Coop@net: your operations."),
        WishState.ACTIVE: ("Your card is ready", "You can pay with this telephone."),
        WishState.REFUSED: ("Refused", "The card is not in the wallet: you refused it at the bank."),
        WishState.EXPIRED: ("The time is over", "The card is not in the wallet. Begin again if you like."),
        WishState.ENDED: ("The card is no longer here", "You have ended that with your bank."),
        WishState.FAILED: ("The card could not be added", "Your bank allows it no longer. See your branch."),
    },
    match="On the telephone, type this number:",
    reload="Refresh",
    back="Back to the cards",
    stands_for="Number in this telephone",
    missing_title="Page not found",
    missing="There is no such page.",
    broken_title="The wallet is closed for a moment",
    broken="Nothing was added. Try again later.",
)
