"""What the push service answers over HTTP: browsers that check in and register, and senders (RFC 8030)."""

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simulator.push.mailboxes import Mailboxes, PushMessage, PushRegistration
from simulator.push.senders import is_sender
from simulator.push.wire import WireError, read_fields, write_fixed, write_number
from web.guard import LOOPBACK, Guard, content_policy

SERVICES: Final = ("fcm.googleapis.com", "jmt17.google.com")
"""Which services it stands for: Chromium puts the first before every token, whoever gave it; the second in builds that
belong to no channel of its maker's, as Debian's (`components/push_messaging`)."""
MOST_OCTETS: Final = 4096
"""RFC 8030, 7.2: a service takes at least that much, and this one no more."""
LONGEST_TTL_S: Final = 28 * 86_400
DEVICE_BITS: Final = 62


@dataclass(frozen=True)
class PushSite:
    """The application. `troubles`: answers given to the next senders instead of taking their messages."""

    mailboxes: Mailboxes
    troubles: deque[Response] = field(default_factory=deque)

    def make_app(self) -> ASGIApp:
        """Guarded: on loopback, and by the service's name when the bank is told to come here."""
        routes = [
            Route("/checkin", self.check_in, methods=["POST"]),
            Route("/register", self.register, methods=["POST"]),
            Route("/fcm/send/{token}", self.take_message, methods=["POST"]),
            Route("/wp/{token}", self.take_message, methods=["POST"]),
        ]
        return Guard(Starlette(routes=routes), content_policy(), LOOPBACK | set(SERVICES))

    async def check_in(self, request: Request) -> Response:
        """A browser says that it is there, and is given a number if it has none (checkin.proto)."""
        try:
            known = read_fields(await request.body()).get(2, [0])[-1]
        except WireError:
            return PlainTextResponse("No message.\n", 400)
        device = known if isinstance(known, int) and known else secrets.randbits(DEVICE_BITS) | 1
        answer = write_number(1, 1) + write_number(3, time.time_ns() // 1_000_000)
        answer += write_fixed(7, device) + write_fixed(8, secrets.randbits(DEVICE_BITS) | 1)
        return Response(answer, media_type="application/x-protobuf")

    async def register(self, request: Request) -> Response:
        """A subscription is made or given up (`google_apis/gcm/engine/registration_request.cc`)."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        device, category = form.get("device", ""), form.get("X-subtype") or form.get("subtype") or form.get("app", "")
        if not (device.isascii() and device.isdecimal() and len(device) < 20 and category):
            return PlainTextResponse("Error=INVALID_PARAMETERS", 200)
        if form.get("delete") == "true":
            self.mailboxes.forget(int(device), category)
            return PlainTextResponse(f"deleted={category}")
        token = self.mailboxes.register(PushRegistration(int(device), category, form.get("sender", "")))
        return PlainTextResponse(f"token={token}")

    async def take_message(self, request: Request) -> Response:
        """A sender's message (RFC 8030, 5)."""
        if self.troubles:
            return self.troubles.popleft()
        registration = self.mailboxes.find(request.path_params["token"])
        if registration is None:
            return PlainTextResponse("This subscription is gone.\n", 410)
        ttl = request.headers.get("ttl", "")
        if not (ttl.isascii() and ttl.isdecimal() and len(ttl) < 10):
            return PlainTextResponse("TTL: how many seconds the message may wait.\n", 400)
        authorization = request.headers.get("authorization", "")
        if not is_sender(authorization, registration.sender, f"https://{request.url.hostname}", time.time()):
            return PlainTextResponse("VAPID: another sender, another service, or too late.\n", 403)
        octets = await request.body()
        if len(octets) > MOST_OCTETS:
            return PlainTextResponse("At most 4096 octets.\n", 413)
        until = self.mailboxes.now() + min(int(ttl), LONGEST_TTL_S)
        topic, encoding = request.headers.get("topic", ""), request.headers.get("content-encoding", "")
        message = PushMessage(registration, octets, until, topic, encoding)
        self.mailboxes.post(message)
        return Response(status_code=201, headers={"Location": f"/message/{message.identifier}"})
