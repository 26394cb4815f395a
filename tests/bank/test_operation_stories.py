"""Whatever customers, thieves and clocks do, in any order: the books and the table of operations agree."""

from contextlib import ExitStack, closing
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from bank.demo.database import open_in_memory
from bank.operations.catalogue import OperationKind
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import AskingError, AskingFault, ConfirmOutcome, Operation, SmsOutcome
from bank.operations.table import (
    Act,
    Consequence,
    OperationEvent,
    OperationStanding,
    OperationState,
    read_standing,
    step_operation,
)
from tests.bank.counter import FUNDS, NOON, Counter

MINUTE = 60_000
POLICY = replace(OPERATION_POLICY, pending=10**6, sms_sent=10**6, sms_in_window=10**6)
C = ConfirmOutcome


class BankStory(RuleBasedStateMachine):
    """The bank beside a model: the pure table, a clock with its floor, a count of wrong codes."""

    asked = Bundle("asked")

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.bank = Counter(self.closing.enter_context(closing(open_in_memory())), policy=POLICY)
        self.model: dict[str, OperationStanding] = {}
        self.amounts: dict[str, int] = {}
        self.floor = NOON
        self.refusals = 0
        self.paid = 0

    def teardown(self) -> None:
        """Close the books."""
        self.closing.close()

    def now(self) -> int:
        """The moment a transaction that writes happens at."""
        self.floor = max(self.floor, self.bank.hand.ms)
        return self.floor

    def does(self, operation: Operation, act: Act) -> OperationState:
        """The act, in the model."""
        name = operation.operation_id
        self.model[name], consequences = step_operation(self.model[name], OperationEvent(act, self.now()))
        if Consequence.CARRY_OUT in consequences and self.paid + self.amounts[name] <= FUNDS:
            self.paid += self.amounts[name]
        return self.model[name].state

    @rule(target=asked, cents=st.integers(1, FUNDS // 3))
    def ask(self, cents: int) -> Operation | None:
        """A transfer."""
        try:
            operation = self.bank.ask(OperationKind.SEPA_TRANSFER, amount=cents)
        except AskingError as refused:
            poor = self.paid + cents > FUNDS
            shut = self.refusals >= POLICY.refusals
            assert (refused.fault is AskingFault.FUNDS and poor) or (refused.fault is AskingFault.NO_MEANS and shut)
            return None
        self.amounts[operation.operation_id] = cents
        until = self.now() + POLICY.life_ms
        assert operation.content.until_ms == until
        self.model[operation.operation_id] = OperationStanding(OperationState.PENDING, until, self.now())
        return operation

    @rule(operation=asked, right=st.booleans(), by_sms=st.booleans())
    def confirm(self, operation: Operation | None, right: bool, by_sms: bool) -> None:
        """A code, right or wrong."""
        if operation is None:
            return
        before = read_standing(self.model[operation.operation_id], self.now()).state
        expected = self._expected(before, right)
        outcome = self._typed(operation, right, by_sms)
        assert outcome is expected
        if outcome is C.APPROVED:
            assert self.does(operation, Act.APPROVE) is OperationState.APPROVED
            self.refusals = 0
        elif outcome in {C.WRONG, C.WRONG_LAST} or (outcome is C.BLOCKED and self.refusals < POLICY.refusals):
            self.refusals += 1
        self.bank.store.block_card("bank-card", False)  # the card's own count is another test's

    def _expected(self, before: OperationState, right: bool) -> ConfirmOutcome:
        if before is not OperationState.PENDING:
            return C.SETTLED
        if self.refusals >= POLICY.refusals:
            return C.BLOCKED
        if right:
            return C.APPROVED
        left = POLICY.refusals - self.refusals - 1
        return {0: C.BLOCKED, 1: C.WRONG_LAST}.get(left, C.WRONG)

    def _typed(self, operation: Operation, right: bool, by_sms: bool) -> ConfirmOutcome:
        service, who, name = self.bank.service, self.bank.durand, operation.operation_id
        if by_sms:
            sent = service.send_sms_code(who, name)
            code = self.bank.read_code(who) if sent.outcome is SmsOutcome.SENT else "12345678"
            return service.confirm_by_sms(who, name, code if right else f"{(int(code) + 1) % 10**8:08d}").outcome
        code = self.bank.reader_code(operation)
        return service.confirm_by_reader(who, name, code if right else f"{int(code) ^ 1:08d}").outcome

    @rule(operation=asked, act=st.sampled_from([Act.REFUSE, Act.WITHDRAW, Act.DECLARE_FRAUD]))
    def give_up(self, operation: Operation | None, act: Act) -> None:
        """The customer does not want it, or the asker not any more."""
        if operation is None:
            return
        service = self.bank.service
        verbs = {
            Act.REFUSE: service.refuse_operation,
            Act.WITHDRAW: service.withdraw_operation,
            Act.DECLARE_FRAUD: service.declare_fraud,
        }
        assert verbs[act](self.bank.durand, operation.operation_id).state is self.does(operation, act)

    @rule(minutes=st.integers(-30, 30))
    def set_clock(self, minutes: int) -> None:
        """Somebody sets the clock."""
        self.bank.hand.ms = max(NOON, self.bank.hand.ms + minutes * MINUTE)

    @rule()
    def go_on(self) -> None:
        """Another worker starts, and tidies."""
        self.bank.another().expire_operations()
        self.now()
        assert self.bank.another().run_effects() == 0

    @rule()
    def adviser_helps(self) -> None:
        """Codes are taken again."""
        self.bank.service.allow_confirming(self.bank.durand, "staff/1")
        self.now()
        self.refusals = 0

    @invariant()
    def books_agree(self) -> None:
        """Every operation stands where the table has it, and no cent is made or lost."""
        listed = {each.operation_id: each.state for each in self.bank.service.list_operations(self.bank.durand)}
        at = max(self.floor, self.bank.hand.ms)
        expected = {name: read_standing(standing, at) for name, standing in self.model.items()}
        assert listed == {name: standing.state for name, standing in expected.items()}
        if any(
            s.state is OperationState.EXPIRED and self.model[n].state is OperationState.PENDING
            for n, s in expected.items()
        ):
            self.now()
            self.model |= expected
        assert self.bank.balance(self.bank.accounts[self.bank.durand]) == FUNDS - self.paid
        self.bank.check_books()


BankStory.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestBankStory = BankStory.TestCase
