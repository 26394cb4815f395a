"""English."""

from typing import Final

from merchant.machine.books import CashOutcome, MachineCondition
from merchant.machine.words.sentences import MachineWords

KEPT: Final = "Nothing was debited."

ENGLISH: Final = MachineWords(
    language="en",
    name="English",
    demonstration="Cash machine of a demonstration, without real money.",
    skip="Go to the machine's screen",
    title="Withdrawal without a card",
    intro="The code comes from Coop@net: your cards, Take out money without the card.",
    code="Withdrawal code",
    hint="8 digits, with or without a space.",
    go="Take out",
    slip="A withdrawal code has 8 digits.",
    amount="€{whole}",
    notes="Your notes",
    note="{count} × {worth}",
    again="Another withdrawal",
    outcomes={
        CashOutcome.GIVEN: ("Take your notes", "The machine gave you {amount}."),
        CashOutcome.FAILED: ("The machine cannot give the money", f"{KEPT} Your code stays good elsewhere."),
        CashOutcome.AWAY: ("The bank does not answer", "No notes came out: what may have been debited is given back."),
        CashOutcome.ASKED: ("The bank is being asked", "Load this page again in a moment."),
        CashOutcome.OUT_OF_ORDER: ("Out of order", f"{KEPT} Your code stays good at another machine."),
        CashOutcome.WRONG: ("This code is not right", "Compare it digit by digit, and type it again."),
        CashOutcome.EXPIRED: ("This code is good no longer", f"{KEPT} Ask for another one in Coop@net."),
        CashOutcome.USED: ("This code was used", "A code gives money once only."),
        CashOutcome.FUNDS: ("There is not enough on the account", f"{KEPT} Ask for a code for less."),
        CashOutcome.LIMIT: ("The card's limit would be exceeded", f"{KEPT} Ask for a code for less."),
        CashOutcome.REFUSED: ("This card gives money no longer", f"{KEPT} See your branch."),
        CashOutcome.CLOSED: ("Too many wrong codes", "This machine waits ten minutes before it takes another one."),
    },
    keeper="For whoever shows the demonstration",
    keeper_text="Put the machine out of order to see what becomes of the money.",
    conditions={
        MachineCondition.WORKS: "Works, full of notes",
        MachineCondition.OUT_OF_ORDER: "Out of order",
        MachineCondition.JAMMED: "The notes jam",
    },
    change="Change",
    missing_title="Page not found",
    missing="There is no such page.",
    broken_title="The machine has stopped for a moment",
    broken="No notes came out. Try again later.",
)
