"""How the desk's pages are rendered: dates, amounts, and the words for what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bank.books.people import ContactKind, CredentialKind
from bank.books.records import Status
from bank.iban import group_iban
from bank.languages import local_moment
from bank.operations.wording import name_kind
from bank.operations.words import notation_of
from bank.verification import Policy
from bank.web.branch.synthesis import Synthesis
from bank.web.branch.words import BranchWords, list_branch_languages
from bank.web.coopanet.frame import address_static, load_templates, root_of

FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class BranchRenderer:
    """Templates, and what each of them may use."""

    templates: Environment = field(default_factory=lambda: load_templates(FOLDER))
    attempts: int = Policy().attempts

    def render(
        self,
        request: Request,
        words: BranchWords,
        template: str,
        *,
        status: int = 200,
        **shown: Any,  # noqa: ANN401
    ) -> Response:
        """A page."""

        def link(name: str, **parts: str) -> str:
            path: str = root_of(request) + request.app.url_path_for(name, language=words.language, **parts)
            return path

        notation = notation_of(words.language)
        helpers = {
            "link": link,
            "static": lambda name: address_static(request, name),
            "own": lambda name: root_of(request) + request.app.url_path_for("own", path=name),
            "others": self._list_others(request, words),
            "money": notation.write_money,
            "iban": group_iban,
            "day": lambda moment: notation.write_day(local_moment(moment)),
            "moment": lambda moment: f"{notation.write_day(local_moment(moment))} {local_moment(moment):%H:%M}",
            "operation": lambda kind: name_kind(kind, words.language),
            "closed": self.is_closed,
        }
        text = self.templates.get_template(template).render({"w": words, **helpers, **shown})
        return HTMLResponse(text, status)

    def is_closed(self, status: Status) -> bool:
        """Whether the bank takes no code of that card."""
        return status.blocked or status.failures >= self.attempts

    def list_services(self, words: BranchWords, seen: Synthesis) -> Sequence[tuple[str, int | None]]:
        """Each service with the moment since when the customer has it; None where he has not."""
        card = min(
            (
                one.credential.since_ms
                for one in seen.credentials
                if one.credential.kind is CredentialKind.CARD and not one.credential.until_ms
            ),
            default=None,
        )
        telephone = next((one.since_ms for one in seen.contacts if one.kind is ContactKind.SECURE_TELEPHONE), None)
        net = words.service_net, seen.customer.subscribed_ms
        return net, (words.service_reader, card), (words.service_sms, telephone)

    def _list_others(self, request: Request, words: BranchWords) -> Sequence[tuple[str, str, str]]:
        """This page in every other language: code, name and address; for the answer to a form that has no page of its
        own, the search."""
        root = root_of(request)
        beyond = request.url.path.removeprefix(f"{root}/{words.language}/")
        readable = request.path_params.get("language") and not beyond.endswith(("acts", "sign-off", "events"))
        page = beyond if readable else ""
        others = (each for code, each in list_branch_languages().items() if code != words.language)
        return [(each.language, each.own_name, f"{root}/{each.language}/{page}") for each in others]
