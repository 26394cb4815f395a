"""English."""

from typing import Final

from bank.street.ports import CashFault
from bank.web.coopanet.cash.words.sentences import CashWords

ENGLISH: Final = CashWords(
    title="Take out money without the card",
    intro="Choose an amount. You get a code to type at a cash machine of the bank: it is good for {minutes} minutes, "
    "for this amount, once.",
    amount="Amount",
    give="Get the code",
    given="Your withdrawal code",
    shown="Note it now: it is not shown again.",
    code="Withdrawal code",
    sum="Amount",
    until="Good until",
    only="Give it to nobody: whoever types it gets the money.",
    replaces="A code that you asked for before and have not used is good no longer.",
    faults={
        CashFault.AMOUNT: "Choose one of the amounts offered.",
        CashFault.SERVICE: "Money without this card is not activated: activate SM@RT'retrait, or see your branch.",
        CashFault.LIMIT: "The card's limit for withdrawals would be exceeded. Choose less, or raise the limit.",
        CashFault.FUNDS: "There is not enough on the account. Choose less.",
        CashFault.TOO_MANY: "You asked for too many codes. Wait an hour.",
    },
)
