"""Another site's page in the same browser: it can neither drive the reader nor show it, nor read anything of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from tests.browser.sight import Person
from web.serving import Server, bind_listener, url_of

TRIES = """async (address) => {
  const tried = {};
  const ask = async (name, path, options) => {
    try { tried[name] = (await fetch(address + path, options)).type; } catch { tried[name] = "failed"; }
  };
  const json = { "Content-Type": "application/json" };
  await ask("read", "api/state", {});
  await ask("blind", "api/state", { mode: "no-cors" });
  await ask("pull", "api/pull", { method: "POST", headers: json, body: "{}" });
  const text = { "Content-Type": "text/plain" };
  await ask("blind pull", "api/pull", { method: "POST", mode: "no-cors", headers: text, body: "{}" });
  tried.image = await new Promise((done) => {
    const image = new Image();
    image.onload = () => done("shown");
    image.onerror = () => done("failed");
    image.src = address + "api/screenshot.png";
  });
  tried.events = await new Promise((done) => {
    const source = new EventSource(address + "api/events");
    source.onopen = () => done("open");
    source.onerror = () => done("failed");
  });
  return tried;
}"""


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """A site of somebody else's."""
    answer: Response = HTMLResponse("<!doctype html><title>elsewhere</title><form method=post></form>")
    assert Request(scope).url.path
    await answer(scope, receive, send)


@pytest.fixture
def elsewhere(person: Person) -> Iterator[Page]:
    """A page of another origin, in the browser that has the reader open."""
    listener = bind_listener(0, 0)
    with Server(nothing, listener).beside():
        page = person.page.context.new_page()
        page.goto(url_of(listener).replace("127.0.0.1", "localhost"))
        yield page
        page.close()


def test_another_origin_gets_nothing(person: Person, elsewhere: Page) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    tried = elsewhere.evaluate(TRIES, person.address)
    assert tried.pop("blind") in ("failed", "opaque")
    assert tried.pop("blind pull") in ("failed", "opaque")
    assert set(tried.values()) == {"failed"}
    assert person.bench.submit(person.bench.look_now).result().card == "bank-card"


@pytest.mark.parametrize("path", ["fr/", "coopanet/fr/"])
def test_another_origin_cannot_show_our_pages_in_a_frame(person: Person, elsewhere: Page, path: str) -> None:
    elsewhere.evaluate(
        """(address) => new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.onload = done;
          frame.src = address;
          document.body.append(frame);
        })""",
        person.address + path,
    )
    (frame,) = elsewhere.frames[1:]
    assert not frame.locator("header").count()


def test_another_origins_form_signs_nobody_in(person: Person, elsewhere: Page) -> None:
    elsewhere.evaluate(
        """(address) => {
          const form = document.querySelector("form");
          form.action = address + "coopanet/fr/sesame";
          form.submit();
        }""",
        person.address,
    )
    elsewhere.wait_for_url("**/coopanet/fr/sesame")
    assert "Another site may not ask this." in elsewhere.content()


def test_a_rebound_name_gets_nothing(person: Person) -> None:
    page = person.page.context.new_page()
    answer = page.goto(person.address.replace("127.0.0.1", "rebound.example") + "api/state")
    assert answer is not None
    assert answer.status == 421
    page.close()
