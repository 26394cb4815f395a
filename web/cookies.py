"""What a browser says it keeps for us: anything at all, until it is looked at."""

from starlette.requests import Request

from web.sessions import LONGEST_TOKEN


def read_token(request: Request, cookie: str, longest: int = LONGEST_TOKEN) -> str:
    """The token in that cookie; nothing for one that cannot be ours."""
    token = request.cookies.get(cookie, "")
    return token if len(token) <= longest and token.isascii() else ""
