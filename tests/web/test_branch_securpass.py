"""Sécur'Pass at the adviser's desk, after the sheet: every step of the branch's path, the 72 hours, and who may not."""

import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from bank.books.clock import wall_ms
from bank.books.people import Post
from bank.books.store_sql import SqlStore
from bank.contracts.sealing import ContractSeal
from bank.securpass.enrolment.eligibility import Channel, Condition
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.ports import SecondProof
from bank.web.branch.securpass.words import SecurPassDeskWords, list_securpass_desk_words
from bank.web.branch.site import PATH
from tests.bank.app_counter import AppCounter
from tests.web.adviser import Adviser, Advisers

WORDS = list_securpass_desk_words()
FRENCH = WORDS["fr"]
DURAND = "fr/customers/DURAND42"
STROKES = "10,200 300,40 600,250;620,100 900,100"
SEEN = {item.value: "vu : n° 1234" for item in IdentityItem}


@pytest.fixture
def counter(store: SqlStore) -> AppCounter:
    """The same books, asked by a telephone; at the desk's time."""
    return AppCounter(store)


def plain(page: str) -> str:
    """As it is read: without entities, and with spaces that may break."""
    return unescape(page).replace("\N{NO-BREAK SPACE}", " ")


def see(adviser: Adviser, path: str) -> str:
    return plain(adviser.get(path)[1])


def do(adviser: Adviser, path: str, **given: str) -> tuple[int, str]:
    status, page = adviser.post(path, **given)
    return status, plain(page)


def state_of(counter: AppCounter) -> EnrolmentState:
    return counter.app.read_status(counter.durand).standing.state


def proposed(adviser: Adviser) -> Adviser:
    assert do(adviser, f"{DURAND}/proposal", channel="face-to-face")[0] == 200
    return adviser


def signed(adviser: Adviser) -> Adviser:
    assert do(proposed(adviser), f"{DURAND}/tablet", strokes=STROKES)[0] == 200
    return adviser


def test_the_sheets_path_from_the_synthesis_to_initiated(at_work: Adviser, counter: AppCounter) -> None:
    synthesis = see(at_work, DURAND)
    assert f"{FRENCH.service}</dt>\n  <dd>{FRENCH.states['none']}" in synthesis
    assert f'href="{PATH}/{DURAND}/subscription">{FRENCH.subscription}' in synthesis
    assert FRENCH.amend in see(at_work, f"{DURAND}/subscription")
    channels = see(at_work, f"{DURAND}/amendment")
    assert re.findall(r'name="channel" value="([\w-]+)"', channels) == [each.value for each in Channel]
    assert FRENCH.tile in do(at_work, f"{DURAND}/amendment", channel="face-to-face")[1]
    assert FRENCH.validate in do(at_work, f"{DURAND}/amendment", channel="face-to-face", add="securpass")[1]
    assert FRENCH.open_tablet in do(at_work, f"{DURAND}/proposal", channel="face-to-face")[1]
    assert state_of(counter) is EnrolmentState.NONE, "nothing is agreed on before the signature"
    assert FRENCH.sign_typed in see(at_work, f"{DURAND}/tablet")
    assert FRENCH.signed in do(at_work, f"{DURAND}/tablet", strokes=STROKES)[1]
    assert state_of(counter) is EnrolmentState.INITIATED
    assert "initié, à activer avant le" in see(at_work, DURAND)
    assert counter.phone().activate(None).usable, "no 72 hours after the branch"
    assert "souscrit le" in see(at_work, DURAND)


@pytest.mark.parametrize("channel", [each for each in Channel if each is not Channel.FACE_TO_FACE])
def test_the_tile_is_there_face_to_face_only(at_work: Adviser, counter: AppCounter, channel: Channel) -> None:
    for given in ({}, {"add": "securpass"}):
        page = do(at_work, f"{DURAND}/amendment", channel=channel.value, **given)[1]
        assert FRENCH.tile not in page
        assert FRENCH.validate not in page
        assert FRENCH.conditions["face-to-face"] in page
    assert do(at_work, f"{DURAND}/proposal", channel=channel.value)[0] == 409, "nor by asking for it all the same"
    assert state_of(counter) is EnrolmentState.NONE


@pytest.mark.parametrize("post", [Post.CUSTOMER_CENTRE, Post.E_AGENCY])
def test_neither_centre_nor_e_agency_offer_or_lift_it(adviser: Advisers, counter: AppCounter, post: Post) -> None:
    one = adviser()
    one.sign_on(post)
    assert FRENCH.conditions["agency-post"] in do(one, f"{DURAND}/amendment", channel="face-to-face")[1]
    assert do(one, f"{DURAND}/proposal", channel="face-to-face")[0] == 409
    counter.phone().activate(SecondProof.READER)
    page = see(one, f"{DURAND}/0203")
    assert FRENCH.not_your_post in page
    assert FRENCH.lift_note not in page
    assert do(one, f"{DURAND}/0203", **SEEN)[0] == 422
    assert not counter.app.read_status(counter.durand).usable


def test_a_professional_is_told_why_not(at_work: Adviser, store: SqlStore) -> None:
    professional = next(each for each in store.list_customers() if each.kind.value == "professional")
    page = do(at_work, f"fr/customers/{professional.user}/amendment", channel="face-to-face")[1]
    assert FRENCH.conditions["individual"] in page


def test_the_document_is_sealed_and_an_independent_judge_agrees(
    at_work: Adviser, store: SqlStore, tmp_path: Path
) -> None:
    proposed(at_work)
    draft = at_work.client.get(f"{PATH}/{DURAND}/amendment.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    signed_page = do(at_work, f"{DURAND}/tablet", typed="Claude Durand")
    assert signed_page[0] == 200
    document = at_work.client.get(f"{PATH}/{DURAND}/amendment.pdf").content
    assert document != draft.content
    assert ContractSeal(store).verify_document(document).good
    assert shutil.which("pdfsig"), "poppler-utils is not installed: see tools/packages.txt"
    (tmp_path / "signed.pdf").write_bytes(document)
    found = subprocess.run(
        ["pdfsig", "-nocert", str(tmp_path / "signed.pdf")], capture_output=True, text=True, check=True
    )
    assert "Signature is Valid." in found.stdout
    text = subprocess.run(["pdftotext", str(tmp_path / "signed.pdf"), "-"], capture_output=True, text=True, check=True)
    for part in ("Claude Durand", "Sécur'Pass", FRENCH.channels["face-to-face"], "Camille Laurent"):
        assert part in text.stdout


@pytest.mark.parametrize("given", [{}, {"strokes": "1,1"}, {"strokes": "x"}, {"strokes": STROKES, "typed": "Claude"}])
def test_what_is_no_signature_signs_nothing(at_work: Adviser, counter: AppCounter, given: dict[str, str]) -> None:
    status, page = do(proposed(at_work), f"{DURAND}/tablet", **given)
    assert status == 422
    assert FRENCH.bad_signature in page
    assert state_of(counter) is EnrolmentState.NONE


def test_signing_twice_signs_once(at_work: Adviser, counter: AppCounter) -> None:
    signed(at_work)
    status, page = do(at_work, f"{DURAND}/tablet", strokes=STROKES)
    assert status == 200
    assert FRENCH.signed in page
    assert do(at_work, f"{DURAND}/proposal", channel="face-to-face")[0] == 409, "it runs already"
    assert state_of(counter) is EnrolmentState.INITIATED


def test_what_runs_is_said_where_the_tile_would_be(at_work: Adviser) -> None:
    page = do(signed(at_work), f"{DURAND}/amendment", channel="face-to-face")[1]
    assert FRENCH.tile not in page
    assert "initié" in page


def test_the_72_hours_are_lifted_after_the_whole_check(at_work: Adviser, counter: AppCounter) -> None:
    assert FRENCH.nothing_to_lift in see(at_work, f"{DURAND}/0203")
    counter.phone().activate(SecondProof.READER)
    page = see(at_work, f"{DURAND}/0203")
    assert "en délai de 72 h jusqu'au" in page
    for sentence in FRENCH.items.values():
        assert sentence in page
    for item in IdentityItem:
        status, page = do(at_work, f"{DURAND}/0203", **{**SEEN, item.value: " "})
        assert status == 422
        assert FRENCH.unchecked in page
        assert "vu : n° 1234" in page, "what was noted is not lost"
    assert not counter.app.read_status(counter.durand).usable
    assert FRENCH.lifted in do(at_work, f"{DURAND}/0203", **SEEN)[1]
    counter.hand.ms = wall_ms() + 1000  # the desk's own clock has gone on
    assert counter.app.read_status(counter.durand).usable
    journal = see(at_work, f"{DURAND}/journal")
    assert "AGENCE01" in journal
    assert do(at_work, f"{DURAND}/0203", **SEEN)[0] == 409, "nothing is left to lift"


def test_a_lost_telephone_is_closed(at_work: Adviser, counter: AppCounter) -> None:
    counter.phone().activate(SecondProof.READER)
    assert FRENCH.closed in do(at_work, f"{DURAND}/close-securpass")[1]
    assert state_of(counter) is EnrolmentState.CLOSED
    assert do(at_work, f"{DURAND}/close-securpass")[0] == 409


@pytest.mark.parametrize("page", ["subscription", "amendment", "proposal", "tablet", "0203", "amendment.pdf"])
def test_nobody_unknown_has_pages_and_nobody_else_sees_them(adviser: Advisers, at_work: Adviser, page: str) -> None:
    assert at_work.get(f"fr/customers/NOBODY00/{page}")[0] == 404
    answer = adviser().client.get(f"{PATH}/{DURAND}/{page}")
    assert answer.url.path == f"{PATH}/fr/", "to the form"


def test_another_sites_form_does_nothing(at_work: Adviser, counter: AppCounter) -> None:
    proposed(at_work)
    answer = at_work.client.post(f"{PATH}/{DURAND}/tablet", data={"strokes": STROKES, "mark": "0" * 32})
    assert answer.status_code == 403
    assert state_of(counter) is EnrolmentState.NONE


@pytest.mark.parametrize("language", list(WORDS))
def test_every_condition_channel_item_and_state_has_its_words(language: str) -> None:
    words: SecurPassDeskWords = WORDS[language]
    assert set(words.conditions) == {each.value for each in Condition}
    assert set(words.channels) == {each.value for each in Channel}
    assert set(words.items) == {each.value for each in IdentityItem}
    assert set(words.states) == {each.value for each in EnrolmentState} | {"latent"}
    assert replace(words) == words
