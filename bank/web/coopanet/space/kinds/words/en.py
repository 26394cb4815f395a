"""The kinds of operation in English."""

from typing import Final

from bank.operations.catalogue import OperationKind
from bank.web.coopanet.space.kinds.words.sentences import EveryKind, KindWords

_SEE_ACCOUNT = "See the account"

ENGLISH_KINDS: Final = EveryKind(
    {
        OperationKind.SEPA_TRANSFER: KindWords(
            "Transfer",
            "Make a transfer",
            "To an account in France. It arrives on the next working day; here, at once.",
            "Continue",
            "The transfer is made.",
            _SEE_ACCOUNT,
        ),
        OperationKind.INSTANT_TRANSFER: KindWords(
            "Instant transfer",
            "Make an instant transfer",
            "To an account in France, within ten seconds, at any hour. Once made it cannot be called back.",
            "Continue",
            "The instant transfer is made.",
            _SEE_ACCOUNT,
        ),
        OperationKind.TRANSFER_ABROAD: KindWords(
            "Transfer outside France",
            "Make a transfer outside France",
            "In euros, to an account in another country.",
            "Continue",
            "The transfer outside France is made.",
            _SEE_ACCOUNT,
        ),
        OperationKind.ADD_BENEFICIARY: KindWords(
            "New beneficiary",
            "Add a beneficiary",
            "You can choose them for a transfer then, without typing their IBAN again.",
            "Continue",
            "The beneficiary is added.",
            "See the beneficiaries",
        ),
        OperationKind.CARD_LIMITS: KindWords(
            "Card limits",
            "Change a card's limits",
            "The limit for payments is for 30 days, the one for withdrawals for 7 days.",
            "Continue",
            "The new limits are in force.",
            "See the cards",
        ),
        OperationKind.CHANGE_EMAIL: KindWords(
            "Change of e-mail address",
            "Change your e-mail address",
            "We will write to you at this address.",
            "Continue",
            "Your e-mail address is changed.",
            "See your details",
        ),
        OperationKind.CHANGE_ADDRESS: KindWords(
            "Change of postal address",
            "Change your postal address",
            "Your cards and letters will go to this address.",
            "Continue",
            "Your postal address is changed.",
            "See your details",
        ),
        OperationKind.CARD_PAYMENT: KindWords(
            "Card payment on the internet",
            "Pay by card on the internet",
            "A merchant asks for this payment.",
            "Continue",
            "The payment is confirmed.",
            "See the accounts",
        ),
        OperationKind.FRIEND_TRANSFER: KindWords(
            "Transfer between friends",
            "Make a transfer between friends",
            "To somebody you know, wherever the account is. It must always be confirmed.",
            "Continue",
            "The transfer between friends is done.",
            _SEE_ACCOUNT,
        ),
        OperationKind.SHOW_PIN: KindWords(
            "Seeing the card's PIN",
            "See the card's PIN",
            "With Sécur'Pass only: no other means can confirm it.",
            "Continue",
            "You can have it shown.",
            "See the cards",
        ),
        OperationKind.SHOW_CARD: KindWords(
            "Showing the card",
            "Show the card",
            "Number, date and security code. With Sécur'Pass only: no other means can confirm it.",
            "Continue",
            "You can have it shown.",
            "See the cards",
        ),
        OperationKind.WITHDRAW_BY_PHONE: KindWords(
            "SM@RT'retrait",
            "Activate SM@RT'retrait",
            "To withdraw money with your phone, without the card.",
            "Continue",
            "SM@RT'retrait is activated for this card.",
            "See the cards",
        ),
        OperationKind.ENROL_WALLET: KindWords(
            "Card in the phone",
            "Put the card into the phone",
            "Your phone asks to hold the card, to pay with it.",
            "Continue",
            "The card is in the phone.",
            "See the cards",
        ),
        OperationKind.AGGREGATE_ACCOUNTS: KindWords(
            "Account aggregation",
            "Let your accounts be read",
            "An aggregator asks to read your accounts.",
            "Continue",
            "The aggregator may read your accounts. You can end it at any time.",
            "See the consents",
        ),
        OperationKind.MERCHANT_TRANSFER: KindWords(
            "Transfer to a merchant",
            "Pay a merchant by transfer",
            "A merchant asks for this transfer.",
            "Continue",
            "The transfer to the merchant is done.",
            _SEE_ACCOUNT,
        ),
    }
)
