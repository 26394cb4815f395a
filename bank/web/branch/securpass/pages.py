"""The desk's pages about Sécur'Pass, after the sheet "Activer Sécur'Pass en agence", in its order.

Synthesis, *Abonnement Internet*, amendment and channel, composition, summary, proposal, the tablet, transaction 0203.
All are whole without a script, but for drawing on the tablet, where a name can be typed instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bank.books.people import StaffMember
from bank.contracts.amendment import ContractError, read_signature
from bank.languages import choose_words
from bank.securpass.enrolment.branching import POSTS, PROPOSED, BranchError
from bank.securpass.enrolment.eligibility import Channel
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.ports import NotEligibleError, NotNowError
from bank.web.branch.pages import BranchPages, go_on
from bank.web.branch.rendering import BranchRenderer
from bank.web.branch.securpass.acts import SecurPassActs, SecurPassView, describe_state
from bank.web.branch.securpass.words import SecurPassDeskWords, list_securpass_desk_words
from bank.web.branch.words import BranchWords
from bank.web.coopanet.frame import load_templates

FOLDER: Final = Path(__file__).parent
CUSTOMER: Final = "/{language}/customers/{user}"


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """Who asks, in which language, and about whom."""

    request: Request
    words: BranchWords
    member: StaffMember
    view: SecurPassView

    @property
    def waits(self) -> bool:
        """Whether an amendment waits for its signature."""
        return self.view.amendment is not None and self.view.amendment.state == PROPOSED


@dataclass(frozen=True)
class SecurPassPages:
    """The pages. `pages`: the desk's own, whose session and form they share."""

    pages: BranchPages
    acts: SecurPassActs
    words: Mapping[str, SecurPassDeskWords] = field(default_factory=list_securpass_desk_words)
    renderer: BranchRenderer = field(
        default_factory=lambda: BranchRenderer(load_templates(FOLDER / "templates", FOLDER.parent / "templates"))
    )

    def list_routes(self) -> list[Route]:
        """Their addresses, below the desk's."""
        staff = self.pages.for_staff
        return [
            Route(f"{CUSTOMER}/subscription", staff(self.show_subscription), name="subscription"),
            Route(f"{CUSTOMER}/amendment", staff(self.show_channels), name="amendment"),
            Route(f"{CUSTOMER}/amendment", staff(self.compose), methods=["POST"]),
            Route(f"{CUSTOMER}/proposal", staff(self.show_proposal), name="proposal"),
            Route(f"{CUSTOMER}/proposal", staff(self.propose), methods=["POST"]),
            Route(f"{CUSTOMER}/amendment.pdf", staff(self.show_document), name="amendment_pdf"),
            Route(f"{CUSTOMER}/tablet", staff(self.show_tablet), name="tablet"),
            Route(f"{CUSTOMER}/tablet", staff(self.sign), methods=["POST"]),
            Route(f"{CUSTOMER}/0203", staff(self.show_transaction), name="transaction"),
            Route(f"{CUSTOMER}/0203", staff(self.lift), methods=["POST"]),
            Route(f"{CUSTOMER}/close-securpass", staff(self.close), methods=["POST"], name="close_securpass"),
        ]

    # The branch's amendment

    async def show_subscription(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """« Abonnement Internet »: the service's line, and the way to an amendment."""
        return self._render(await self._visit(request, words, member), "subscription.html")

    async def show_channels(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """By which channel the customer is met."""
        return self._render(await self._visit(request, words, member), "channel.html", channels=tuple(Channel))

    async def compose(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The offer's composition: the tile, or why it is not there; then the summary."""
        given, visit = await self.pages.read_own_form(request), await self._visit(request, words, member)
        channel = _channel(given.get("channel", ""))
        obstacles = await run_in_threadpool(self.acts.list_obstacles, member, visit.view.customer, channel)
        added = "add" in given and not obstacles
        shown: dict[str, Any] = {"channel": channel, "obstacles": obstacles, "busy": visit.view.state == "initiated"}
        return self._render(visit, "summary.html" if added else "composition.html", **shown)

    async def propose(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """« Valider la proposition »: the amendment is made."""
        given, visit = await self.pages.read_own_form(request), await self._visit(request, words, member)
        channel = _channel(given.get("channel", ""))
        try:
            await run_in_threadpool(self.acts.propose, member, visit.view.customer, channel)
        except (NotEligibleError, NotNowError):
            return self._refuse(visit)
        return _go_on(visit, "proposal")

    async def show_proposal(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The document, and the way to the tablet; what was signed once it was."""
        visit = await self._visit(request, words, member)
        return self._render(visit, "proposal.html") if visit.view.amendment else _go_on(visit, "subscription")

    async def show_document(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The PDF."""
        visit = await self._visit(request, words, member)
        if visit.view.amendment is None:
            raise HTTPException(404)
        try:
            document = await run_in_threadpool(self.acts.draw_draft, member, visit.view, self._own_words(words))
        except ContractError:
            return self._refuse(visit, missing=True)
        return Response(document, media_type="application/pdf", headers={"Content-Disposition": "inline"})

    async def show_tablet(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The line to sign on."""
        visit = await self._visit(request, words, member)
        return self._render(visit, "tablet.html", wrong=False) if visit.waits else _go_on(visit, "proposal")

    async def sign(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The customer has signed: sealed, kept, « initié »."""
        given, visit = await self.pages.read_own_form(request), await self._visit(request, words, member)
        if not visit.waits:
            return _go_on(visit, "proposal")
        try:
            signature = read_signature(given.get("strokes", ""), given.get("typed", ""))
        except ContractError:
            return self._render(visit, "tablet.html", status=422, wrong=True)
        try:
            await run_in_threadpool(self.acts.sign, member, visit.view, self._own_words(words), signature)
        except ContractError:
            return self._refuse(visit, missing=True)
        except (BranchError, NotNowError):
            return self._refuse(visit)
        return _go_on(visit, "proposal")

    # Transaction 0203

    async def show_transaction(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The enrolment, and the list of the reinforced check."""
        return self._show_check(await self._visit(request, words, member))

    async def lift(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """The 72 hours, once every line was noted."""
        given, visit = await self.pages.read_own_form(request), await self._visit(request, words, member)
        seen = {item: given.get(item.value, "") for item in IdentityItem}
        try:
            await run_in_threadpool(self.acts.lift, member, visit.view.customer, seen)
        except BranchError:
            return self._show_check(visit, status=422, seen=seen)
        except NotNowError:
            return self._refuse(visit)
        return _go_on(visit, "transaction", "lifted")

    async def close(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """A telephone that is lost or stolen approves nothing any more."""
        await self.pages.read_own_form(request)
        visit = await self._visit(request, words, member)
        try:
            closed = await run_in_threadpool(self.acts.close, member, visit.view.customer)
        except NotNowError:
            return self._refuse(visit)
        if not closed:
            raise HTTPException(403)
        return _go_on(visit, "transaction", "closed")

    # How it is done

    async def _visit(self, request: Request, words: BranchWords, member: StaffMember) -> DeskVisit:
        view = await run_in_threadpool(self.acts.find_view, request.path_params["user"])
        if view is None:
            raise HTTPException(404)
        return DeskVisit(request, words, member, view)

    def _own_words(self, words: BranchWords) -> SecurPassDeskWords:
        return choose_words(self.words, words.language)

    def _show_check(
        self, visit: DeskVisit, status: int = 200, seen: Mapping[IdentityItem, str] | None = None
    ) -> Response:
        shown: dict[str, Any] = {"items": tuple(IdentityItem), "seen": seen or {}, "wrong": seen is not None}
        said = visit.request.url.query if visit.request.url.query in {"lifted", "closed"} else ""
        allowed = visit.member.post in POSTS
        return self._render(visit, "transaction.html", status=status, said=said, allowed=allowed, **shown)

    def _refuse(self, visit: DeskVisit, *, missing: bool = False) -> Response:
        """`missing`: a part of the program."""
        return self._render(visit, "refused.html", status=503 if missing else 409, missing=missing)

    def _render(self, visit: DeskVisit, template: str, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401
        own = self._own_words(visit.words)
        given = {"p": own, "v": visit.view, "customer": visit.view.customer, "member": visit.member}
        shown |= {"state": describe_state(own, visit.view), "mark": self.pages.form_mark(visit.request)}
        return self.renderer.render(visit.request, visit.words, template, status=status, **given, **shown)


def _channel(value: str) -> Channel:
    """Raises HTTPException for what is none."""
    try:
        return Channel(value)
    except ValueError:
        raise HTTPException(404) from None


def _go_on(visit: DeskVisit, name: str, query: str = "") -> Response:
    return go_on(visit.request, visit.words, name, query=query, user=visit.view.customer.user)
