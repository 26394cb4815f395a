"""Coop@net behind its guard, below a path, in a frame of the page around it."""

from starlette.types import ASGIApp

from bank.web.coopanet.pages import Pages, make_coopanet
from web.guard import Guard, content_policy

NEXT = "next"
"""The verb of the bank alone, below its address."""


def bank_site(pages: Pages, framed_by: str = "'none'") -> ASGIApp:
    """The application. `framed_by`: who may show it in a frame, as a content-security policy says it."""
    return Guard(make_coopanet(pages), content_policy(scripts=True, framed_by=framed_by))
