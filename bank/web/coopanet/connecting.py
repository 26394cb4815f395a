"""How a phone gets here: the address as a QR code (ISO/IEC 18004), and the demonstration's root certificate."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bank.web.coopanet.frame import Frame, root_of
from bank.web.coopanet.words import CoopanetWords

MODULE_PX: Final = 6


@dataclass(frozen=True, slots=True)
class ConnectingPages:
    """The page and its picture. Both are missing where only this machine can come."""

    frame: Frame

    def list_routes(self) -> Sequence[Route]:
        """Their addresses."""
        return (
            Route("/{language}/connect", self.frame.make_page(self.show_page), name="connect"),
            Route("/connect.svg", self.show_code, name="connect_code"),
        )

    async def show_page(self, request: Request, words: CoopanetWords) -> Response:
        """Address, code, certificate, fingerprint."""
        if not self.frame.reached.url:
            raise HTTPException(404)
        code = root_of(request) + request.app.url_path_for("connect_code")
        return self.frame.render_page(request, words, "connect.html", connect_code=code)

    async def show_code(self, _request: Request) -> Response:
        """The address as a picture."""
        if not self.frame.reached.url:
            raise HTTPException(404)
        return Response(draw_address(self.frame.reached.url), media_type="image/svg+xml")


def draw_address(url: str) -> bytes:
    """A QR code as SVG: error correction M, with its quiet zone of four modules."""
    picture = io.BytesIO()
    segno.make_qr(url, error="m").save(picture, kind="svg", scale=MODULE_PX, border=4, light="#fff", svgclass=None)
    return picture.getvalue()
