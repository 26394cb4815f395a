"""What the bank says of an operation in English."""

from typing import Final

from bank.languages import Notation
from bank.operations import catalogue as cat
from bank.operations.catalogue import OperationKind as K
from bank.operations.words.sentences import OperationWords

OPERATION_ENGLISH: Final = OperationWords(
    language="en",
    notation=Notation(
        decimal=".",
        group=",",
        money="€{amount}",
        day="{day:02d}/{month:02d}/{year}",
        hour="{hour:02d}:{minute:02d}",
    ),
    kinds={
        K.LOG_ON: "Access to Coop@net",
        K.SIGN_CONTRACT: "Signature of a contract",
        K.ADD_BENEFICIARY: "New beneficiary",
        K.SEPA_TRANSFER: "Transfer",
        K.INSTANT_TRANSFER: "Instant transfer",
        K.FRIEND_TRANSFER: "Transfer to a friend",
        K.TRANSFER_ABROAD: "Transfer outside France",
        K.CARD_LIMITS: "Card limits",
        K.SHOW_PIN: "Display of the card's PIN",
        K.WITHDRAW_BY_PHONE: "Withdrawal without a card",
        K.ENROL_WALLET: "Card in the telephone",
        K.CHANGE_EMAIL: "New e-mail address",
        K.CHANGE_ADDRESS: "New postal address",
        K.CARD_PAYMENT: "Card payment on the internet",
        K.AGGREGATE_ACCOUNTS: "Aggregation of accounts",
        K.MERCHANT_TRANSFER: "Transfer to a merchant",
        K.SHOW_CARD: "Display of the card",
    },
    fields={
        cat.AMOUNT: "Amount",
        cat.PAYEE_NAME: "Payee",
        cat.PAYEE_IBAN: "Payee's account",
        cat.PAYER_ACCOUNT: "Account debited",
        cat.NEW_EMAIL: "E-mail address",
        cat.NEW_ADDRESS: "Postal address",
        cat.CARD: "Card",
        cat.PAYMENTS: "Payments over 30 days",
        cat.WITHDRAWALS: "Withdrawals over 7 days",
        cat.MERCHANT: "Merchant",
        cat.CONTRACT: "Contract",
        cat.AGGREGATOR: "Aggregator",
        cat.DAYS: "Days of access",
        cat.MESSAGE: "Message",
        cat.DAY: "When",
        cat.RHYTHM: "Rhythm",
        cat.LAST_DAY: "Until",
    },
    what="Operation",
    on_day="on {first}",
    monthly="on day {day} of each month, first on {first}",
    monthly_at_end="on day {day} of each month, or the last day of a shorter one, first on {first}",
    code_text="Coop@net: your code is {code}. {what}. Good for {minutes} min. Give it to nobody.",
    done_text="Coop@net: it is done. {what}. If it was not you, call your branch.",
    scheduled_text="Coop@net: it is noted, and will be done on its day. {what}. If it was not you, call your branch.",
    unscheduled_text="Coop@net: you have cancelled the following, and it will be done no more. {what}. If it was not "
    "you, call your branch.",
    failed_text="Coop@net: the following could not be done, and nothing has changed. {what}.",
    closed_text="Coop@net: too many wrong codes. You cannot confirm anything any more: call your branch. {what}.",
    fraud_text="Coop@net: you have reported a fraud. {what}. Your connections are closed; your branch will call you.",
    card_fraud_text="Coop@net: you have reported a fraud. {what}. Your card is stopped, your connections are closed; "
    "your branch will call you.",
    reopened_text="Coop@net: your branch lets you confirm operations again. If you did not ask for it, "
    "call the branch.",
    card_closed_text="Coop@net: too many wrong codes at the access to your accounts. Your card opens them "
    "no longer: call your branch.",
    card_reopened_text="Coop@net: your branch has reopened the access to your accounts by your card. If "
    "you did not ask for it, call the branch.",
    payee_released_text="Coop@net: your branch has released a saved payee. If you did not ask for it, call the branch.",
    new_terminal_text="Coop@net: access to your accounts from a device that was not known. If it was not "
    "you, call your branch.",
    telephone_text="Coop@net: your secure telephone was changed at the branch. If it was not you, call your branch.",
    new_certificate_text="Coop@net: a certificate was installed on your e-secure key. If it was not you, call the "
    "helpdesk.",
    key_ended_text="Coop@net: your e-secure key no longer opens your accounts. If you did not ask for it, call the "
    "helpdesk.",
    number_closed_text="Coop@net: wrong security numbers have closed your access to Sogecash Net. If it was not you, "
    "call the helpdesk, which posts a new number.",
    cash_code_text="Coop@net: a code to take out money was asked for. If it was not you, call your branch.",
    cash_paid_text="Coop@net: a cash machine gave money for your withdrawal code. If it was not you, call your branch.",
    service_ended_text="Coop@net: a service of your card (money without the card, or a wallet) was ended. If it was "
    "not you, call your branch.",
)
