"""`sesame card`: what each tool prints, and what it never does to a card."""

import json
import stat
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bank.cards import gallery
from bank.cards.card import VirtualCard, counters_of
from bank.cards.memory import VolatileMemory, keep_counters
from sesame.card import info, source
from sesame.card.apps import survey_card
from sesame.card.source import OpenCard, in_process
from sesame.card.trace.reading import read_trace
from sesame.exits import CommandError
from sesame_core.cap.codes import Function
from sesame_core.smartcard.masking import write_masked
from tests.card.conftest import Sesame
from tests.oracle.walk import Answer, Known, Request, grouped, shown

FRENCH = ("--cid", "80", "--atc", "0010", "--ac", "CF17CD2F3F369044", "--iad", "06780A03A48000")
FRENCH_BITMAP = "8001FFFFFF000000000000000000000000"
ANSWER = "771E9F2701809F360200109F2608CF17CD2F3F3690449F100706780A03A480009000"
OF_NO_USE = {"no-cap": (7, "no CAP application"), "blocked-application": (6, "the application is blocked")}
"""Cards on which there is nothing to look at: the exit code, and why."""
TELLING = [name for name in gallery.list_names() if gallery.describe_card(name).defect is None]
MOVING = ("80A8", "0020", "80AE")
"""GET PROCESSING OPTIONS, VERIFY, GENERATE AC."""


class Watched:
    """A card of the gallery, and every command that it was sent."""

    def __init__(self, name: str) -> None:
        profile = gallery.describe_card(name).profile
        self.memory = VolatileMemory(counters_of(profile))
        self._card = VirtualCard(profile, self.memory)
        self.protocol = self._card.protocol
        self.sent: list[str] = []
        self.power_on, self.reset_card, self.power_off = (
            self._card.power_on,
            self._card.reset_card,
            self._card.power_off,
        )

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(write_masked(apdu))
        return self._card.transmit(apdu)


class Shy(Watched):
    """It shows its files only once a transaction is begun, as some cards do."""

    def transmit(self, apdu: bytes) -> bytes:
        started = any(command.startswith("80A8") for command in self.sent)
        if apdu[1] == 0xB2 and not started:
            self.sent.append(write_masked(apdu))
            return bytes.fromhex("6985")
        return super().transmit(apdu)


class Logging(Watched):
    """It keeps a log of its transactions, as payment cards do: records that are no data objects."""

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[1] == 0xB2 and apdu[3] >> 3 == 11:
            return bytes.fromhex("000000012345" + "0978" + "261120" + "9F" + "9000") if apdu[2] < 9 else b"\x6a\x83"
        return super().transmit(apdu)


def lasting(card: Watched) -> OpenCard:
    """As if it were in a real reader: its counters matter."""
    return replace(in_process(card, "here"), lasting=True)


# explain


def test_the_french_example_is_walked_to_its_digits(sesame: Sesame) -> None:
    status, out, _ = sesame("card", "explain", *FRENCH, "--ipb", FRENCH_BITMAP, "--bits")

    assert status == 0
    assert "CID 1  ATC 000010000  AC 1100111100010111" in out
    assert "Taken are 1 of the CID, 9 of the ATC, 16 of the AC" in out
    assert "binary   10000100001100111100010111" in out
    assert "3465 6023" in out


def test_every_bit_of_the_french_example_is_accounted_for(sesame: Sesame) -> None:
    _, out, _ = sesame("card", "explain", *FRENCH, "--ipb", FRENCH_BITMAP, "--json")
    told = json.loads(out)

    assert told["code"] == "3465 6023"
    assert len(told["bits"]) == 26
    assert sum(bit["weight"] for bit in told["bits"]) == 34656023
    assert [bit["of"] for bit in told["bits"]] == ["CID", "ATC 1", *["ATC 2"] * 8, *["AC 1"] * 8, *["AC 2"] * 8]
    assert told["counts"] == {"CID": 1, "ATC": 9, "AC": 16}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--answer", ANSWER, "--ipb", FRENCH_BITMAP),
        ("--answer", "801280" + "0010" + "CF17CD2F3F369044" + "06780A03A48000", "--ipb", FRENCH_BITMAP),
        ("--from", "french-dpa.trace"),
    ],
)
def test_the_same_from_an_answer_and_from_a_recording(
    arguments: tuple[str, ...], sesame: Sesame, traces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(traces)

    assert json.loads(sesame("card", "explain", *arguments, "--json")[1])["code"] == "3465 6023"


@pytest.mark.parametrize(
    ("more", "known"),
    [
        (("--aid", "A0000000031010"), Known("A0000000031010")),
        (("--belgian",), Known("", belgian=True)),
        (("--ipb", "0700007FFFFF", "--iaf", "40", "--psn", "03"), Known("", "0700007FFFFF", "40", "03")),
        (("--ipb", "0700007FFFFF", "--iaf", "40"), Known("", "0700007FFFFF", "40", "00")),
        (("--ipb", "0700007FFFFF", "--iaf", "00", "--psn", "03"), Known("", "0700007FFFFF", "00", "03")),
        (("--ipb", "FFFFFFFF"), Known("", "FFFFFFFF")),
        (("--ipb", "80000080" + "00" * 40), Known("", "80000080" + "00" * 40)),
    ],
)
def test_other_rules_are_walked_as_the_second_implementation_does(
    more: tuple[str, ...], known: Known, sesame: Sesame
) -> None:
    answer = Answer(*FRENCH[1::2])
    status, text, _ = sesame("card", "explain", *FRENCH, *more)
    told = json.loads(sesame("card", "explain", *FRENCH, *more, "--json")[1])

    assert status == 0
    assert told["code"] == grouped(shown(known, answer, Request()))
    assert told["code"] in text


@pytest.mark.parametrize("name", ["cid", "atc", "ac", "iad", "psn", "iaf", "ipb", "aid"])
def test_one_value_alone_asks_for_the_others_and_for_no_card(name: str, sesame: Sesame) -> None:
    value = {"atc": "0001", "ac": "00" * 8, "aid": "A0000000031010"}.get(name, "80")
    status, out, err = sesame("card", "explain", f"--{name}", value)

    assert (status, out) == (2, "")
    lacking = [each for each in ("--cid", "--atc", "--ac") if each != f"--{name}"]
    assert all(each in err for each in lacking)


def test_values_beside_a_card_are_not_passed_over(sesame: Sesame, traces: Path) -> None:
    status, _, err = sesame("card", "explain", "--from", str(traces / "french-dpa.trace"), "--ipb", "FF")

    assert status == 2
    assert "--ipb" in err
    assert "--from" in err


def test_a_bitmap_that_keeps_nothing_of_the_cryptogram_is_explained_no_further(sesame: Sesame) -> None:
    status, out, err = sesame("card", "explain", *FRENCH, "--ipb", "FFFFFF")

    assert (status, out) == (7, "")
    assert "nothing of the cryptogram" in err


def test_transaction_data_are_walked(sesame: Sesame, traces: Path) -> None:
    recording = str(traces / "dutch-psn-data.trace")

    _, out, _ = sesame("card", "explain", "--from", recording, "--data", "0530026806")

    assert "0530026806800000" in out
    assert "0818 0460" in out


def test_a_card_is_walked_and_its_recording_says_the_same(sesame: Sesame, tmp_path: Path) -> None:
    _, walked, _ = sesame(
        "card", "explain", "--virtual", "mastercard-cap", "--challenge", "1", "--json", typed="1234\n"
    )
    recording = str(tmp_path / "one.trace")
    sesame("card", "trace", recording, "--virtual", "mastercard-cap", "--challenge", "1", typed="1234\n")

    assert json.loads(sesame("card", "explain", "--from", recording, "--json")[1]) == json.loads(walked)
    assert sesame("card", "replay", recording)[1].strip() == json.loads(walked)["code"]


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (("--cid", "00", "--atc", "0010", "--ac", "00" * 8, "--ipb", "80"), 8, "the card refuses"),
        ((*FRENCH,), 2, "--ipb"),
        (("--ac", "00" * 8), 2, "--cid and --atc"),
        (("--ac", "00" * 7, "--cid", "80", "--atc", "0001"), 2, "--ac has 8 bytes"),
        ((*FRENCH, "--ipb", "FF" * 8), 7, "keeps more than a code"),
        (("--ac", "xx"), 2, "--ac wants whole bytes"),
        (("--answer", "7700"), 8, "not a cryptogram"),
        ((*FRENCH, "--ipb", "80", "--data", "12345678901"), 2, "a transaction number has 1 to 10"),
    ],
)
def test_what_cannot_be_walked_is_said(arguments: tuple[str, ...], status: int, complaint: str, sesame: Sesame) -> None:
    got, out, err = sesame("card", "explain", *arguments)

    assert (got, out) == (status, "")
    assert complaint in err


# info


@pytest.mark.parametrize("name", TELLING)
def test_info_tells_every_card_of_the_gallery(name: str, sesame: Sesame) -> None:
    entry = gallery.describe_card(name)
    status, out, _ = sesame("card", "info", "--virtual", name, "--json")
    told = json.loads(out)
    if name in OF_NO_USE:
        assert (status, told["error"].partition(". ")[0]) == OF_NO_USE[name]
        return

    assert told["pin_tries_left"] == (entry.profile.tries if entry.profile.tells_tries else None)
    assert told["atc"] in (entry.profile.first_atc, None)
    if entry.code_application is not None:
        assert told["aid"] in entry.code_application.aid.hex().upper()
        assert told["pan"][-4:] == entry.code_application.pan[-4:]
        assert told["pan"].count("*") == len(entry.code_application.pan) - 4
        assert told["codes"] is not None
    assert sesame("card", "info", "--virtual", name)[0] == 0


def test_info_explains_the_bitmap(sesame: Sesame) -> None:
    told = json.loads(sesame("card", "info", "--virtual", "bank-card", "--json")[1])["codes"]

    assert told == {
        "rule": "bitmap",
        "bitmap": FRENCH_BITMAP,
        "from_the_card": True,
        "bits": {"CID": 1, "ATC": 9, "AC": 16},
        "digits": "8",
        "least": 33554432,
        "greatest": 67108863,
    }


def test_the_range_of_a_prefixed_card_holds_its_published_code(sesame: Sesame, traces: Path) -> None:
    told = json.loads(sesame("card", "info", "--from", str(traces / "dutch-psn.trace"), "--json")[1])

    assert told["psn"] == "08"
    assert told["codes"]["bits"] == {"PSN": 3, "ATC": 7, "AC": 16}
    assert (told["codes"]["least"], told["codes"]["greatest"]) == (0, (1 << 23) - 1)
    assert told["codes"]["greatest"] > 7986951


def test_info_says_why_there_are_no_codes(sesame: Sesame) -> None:
    status, out, _ = sesame("card", "info", "--virtual", "no-bitmap")

    assert status == 0
    assert "no codes from this card: no bitmap" in out


def test_info_shows_the_number_when_asked(sesame: Sesame) -> None:
    number = gallery.describe_card("bank-card").profile.applications[0].pan

    assert number not in sesame("card", "info", "--virtual", "bank-card")[1]
    assert (
        gallery.describe_card("bank-card").profile.applications[1].pan
        in sesame("card", "info", "--virtual", "bank-card", "--pan")[1]
    )


@pytest.mark.parametrize("name", TELLING)
def test_looking_moves_nothing(name: str) -> None:
    card = Watched(name)
    before = card.memory.update(keep_counters)

    lasting(card).ask(survey_card())
    if name not in OF_NO_USE:
        info.look_at_card(lasting(card), Namespace(yes=False))

    assert card.memory.update(keep_counters) == before
    assert not [command for command in card.sent if command.startswith(MOVING)]


def test_a_log_of_transactions_does_not_matter() -> None:
    seen = info.look_at_card(lasting(Logging("sesame-card")), Namespace(yes=False))

    assert seen.value(info.BITMAP).hex().upper() == FRENCH_BITMAP


def test_a_shy_card_is_left_alone_without_consent(capsys: pytest.CaptureFixture[str]) -> None:
    card = Shy("sesame-card")

    seen = info.look_at_card(lasting(card), Namespace(yes=False))

    assert seen.objects == ()
    assert not [command for command in card.sent if command.startswith(MOVING)]
    assert "--yes" in capsys.readouterr().err


def test_a_shy_card_is_started_with_consent() -> None:
    card = Shy("sesame-card")

    seen = info.look_at_card(lasting(card), Namespace(yes=True))

    assert seen.value(info.BITMAP).hex().upper() == FRENCH_BITMAP
    assert len([command for command in card.sent if command.startswith(MOVING)]) == 1
    assert card.memory.update(keep_counters).atc == 1


@pytest.mark.parametrize(
    ("said", "goes_on"), [("y\n", True), ("oui\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_who_sits_at_a_terminal_is_asked(
    said: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "typed").write_text(said)
    monkeypatch.setattr("sesame.card.source.os.isatty", lambda _fd: True)
    with (tmp_path / "typed").open() as stdin:
        monkeypatch.setattr("sesame.card.source.sys.stdin", stdin)
        try:
            source.ask_consent(Namespace(yes=False), lasting(Watched("sesame-card")), "this moves something")
            went_on = True
        except CommandError:
            went_on = False

    assert went_on is goes_on
    assert "this moves something. Go on? [y/N]" in capsys.readouterr().err


def test_a_warm_reset_is_made_when_it_is_asked_for() -> None:
    card = Watched("sesame-card")
    card.reset_card = lambda: b"\x3b\x01"

    assert in_process(card, "here").atr != b"\x3b\x01"
    assert in_process(card, "here", warm=True).atr == b"\x3b\x01"


# apps


def test_apps_finds_by_directory_and_by_name(sesame: Sesame) -> None:
    told = json.loads(sesame("card", "apps", "--virtual", "not-in-pse", "--json")[1])["applications"]

    assert {one["aid"]: (one["found_by"], one["taken_for_codes"]) for one in told} == {
        "A0000000421010": (["PSE", "AID"], False),
        "A0000000038002": (["AID"], True),
    }


def test_apps_takes_the_dedicated_application_never_the_last_one(sesame: Sesame) -> None:
    told = json.loads(sesame("card", "apps", "--virtual", "bank-card", "--json")[1])["applications"]

    assert [one["aid"] for one in told if one["taken_for_codes"]] == ["A0000000038002"]
    assert told[-1]["aid"] != "A0000000038002"


def test_apps_shows_what_is_listed_and_cannot_be_selected(sesame: Sesame, traces: Path) -> None:
    _, out, _ = sesame("card", "apps", "--from", str(traces / "british-pse.trace"))

    assert "A0000000291010  LINK      -           PSE, but cannot be selected" in out


# tlv


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("6F0A8408A000000003800201", "  84 Dedicated file (DF) name, 8 bytes: A000000003800201"),
        ("5F2D 04 6672656E", "5F2D Language preference, 4 bytes: 6672656E  (fren)"),
        ("5F2403311231", "5F24 Application expiration date, 3 bytes: 311231  (2031-12-31)"),
        ("5F2403311200", "5F24 Application expiration date, 3 bytes: 311200  (2031-12)"),
        ("9F360200FF", "9F36 Application transaction counter (ATC), 2 bytes: 00FF  (255)"),
        ("5F28020250", "5F28 Issuer country code, 2 bytes: 0250  (France)"),
        ("9F42020978", "9F42 Application currency code, 2 bytes: 0978  (EUR)"),
        ("94080801010018010302", "94 Application file locator (AFL), 8 bytes: 0801010018010302"
         "  (file 1 record 1, file 3 records 1 to 3 (2 signed))"),
        ("9F07020180", "9F07 Application usage control, 2 bytes: 0180  (other terminals, cashback at home)"),
        ("8E0A00000001000000004103", "8E Cardholder verification method (CVM) list, 10 bytes: "
         "00000001000000004103  (X=1; PIN in plaintext, checked by the card, if the terminal can, else the next)"),
        ("8E0A00000000000000021F0F", "8E Cardholder verification method (CVM) list, 10 bytes: "
         "00000000000000021F0F  (Y=2; none needed, condition 0F)"),
        ("9F4A0182", "9F4A Static data authentication tag list, 1 byte: 82  "
         "(82 Application interchange profile (AIP))"),
        ("DF7F0100", "DF7F not known here, 1 byte: 00"),
        ("9F3806 9F35 01 9F1A 02", "9F38 Processing options data object list (PDOL), 6 bytes: 9F35019F1A02"),
        ("9F3806 9F35 01 9F1A 02", "  9F1A Terminal country code, 2 bytes wanted"),
        ("77039F27 00 9000", "status word 9000"),
    ],
)  # fmt: skip
def test_tlv_decodes(given: str, line: str, sesame: Sesame) -> None:
    status, out, _ = sesame("card", "tlv", *given.split())

    assert status == 0
    assert line in out.splitlines()


def test_tlv_reads_standard_input(sesame: Sesame) -> None:
    assert sesame("card", "tlv", typed="5F:34:01:\n07")[1] == "5F34 PAN sequence number (PSN), 1 byte: 07  (07)\n"
    assert sesame("card", "tlv", "-", "--json", typed="0x5F340107")[1] == sesame("card", "tlv", "5F340107", "--json")[1]


def test_tlv_as_json_is_a_tree(sesame: Sesame) -> None:
    told = json.loads(sesame("card", "tlv", "700A5A04497311225F340101", "9000", "--json")[1])

    assert told["status"] == "9000"
    assert [part["tag"] for part in told["objects"][0]["parts"]] == ["5A", "5F34"]


@pytest.mark.parametrize("given", ["6F0A84", "123", "xyz", "", "9F"])
def test_tlv_says_what_is_none(given: str, sesame: Sesame) -> None:
    status, out, err = sesame("card", "tlv", typed=given)

    assert (status, out) == (2, "")
    assert err.startswith("sesame: ")


# trace and replay


def test_a_trace_is_for_its_owner_and_hides_the_card_number(sesame: Sesame, tmp_path: Path) -> None:
    file = tmp_path / "s.trace"
    status, out, err = sesame("card", "trace", str(file), "--virtual", "sesame-card", "--times", typed="1234\n")

    assert (status, out) == (0, "")
    assert "13 exchanges recorded" in err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert gallery.describe_card("sesame-card").profile.applications[0].pan not in file.read_text()
    assert all(turn.micros is not None for turn in read_trace(file.read_text()).turns)


def test_a_trace_with_the_card_number_when_asked(sesame: Sesame) -> None:
    _, out, _ = sesame("card", "trace", "-", "--virtual", "sesame-card", "--pan", typed="1234\n")

    assert gallery.describe_card("sesame-card").profile.applications[0].pan in out


def test_what_was_recorded_before_a_failure_is_kept(sesame: Sesame, tmp_path: Path) -> None:
    file = tmp_path / "s.trace"
    status, _, err = sesame("card", "trace", str(file), "--virtual", "sesame-card", typed="9999\n")

    assert status == 5
    assert "wrong PIN; 2 tries left" in err
    assert read_trace(file.read_text()).turns[-1].response == "63C2"


@pytest.mark.parametrize(
    ("arguments", "function"),
    [
        ((), Function.CODE),
        (("--challenge", "77"), Function.CHALLENGE),
        (("--amount", "12,5", "--account", "4"), Function.SIGN),
    ],
)
def test_every_function_is_recorded_and_replayed(
    arguments: tuple[str, ...], function: Function, sesame: Sesame, tmp_path: Path
) -> None:
    file = str(tmp_path / "s.trace")
    _, made, _ = sesame("card", "trace", file, "--virtual", "bank-card", "--json", *arguments, typed="1234\n")
    told = json.loads(sesame("card", "replay", file, "--json")[1])

    assert (told["code"], told["function"], told["deviations"]) == (json.loads(made)["code"], function.value, [])


def test_transaction_data_are_replayed(sesame: Sesame, tmp_path: Path) -> None:
    file = str(tmp_path / "s.trace")
    _, made, _ = sesame("card", "trace", file, "--virtual", "bank-card", "--json", "--data", "1", "22", typed="1234\n")

    assert sesame("card", "replay", file, "--data", "1", "22")[1].strip() == json.loads(made)["code"]


def test_another_challenge_than_the_recorded_one_is_remarked(sesame: Sesame, traces: Path) -> None:
    status, out, err = sesame("card", "replay", str(traces / "french-dpa.trace"), "--challenge", "5")

    assert (status, out) == (0, "3465 6023\n")
    assert "recorded with other data" in err


def test_trace_and_json_do_not_share_standard_output(sesame: Sesame) -> None:
    status, out, err = sesame("card", "trace", "-", "--json", "--virtual", "sesame-card", typed="1234\n")

    assert (status, json.loads(out)["exit"]) == (2, 2)
    assert "both want standard output" in err


def test_a_recording_with_a_wrong_pin_before_the_right_one_gives_its_code(sesame: Sesame, traces: Path) -> None:
    lines = (traces / "french-dpa.trace").read_text().splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("> 0020"))
    text = "\n".join([*lines[:at], lines[at], "< 63C2", *lines[at:]])

    assert sesame("card", "replay", "-", typed=text)[:2] == (0, "3465 6023\n")
    assert sesame("card", "replay", "-", typed=text.replace("****\n< 9000", "****\n< 63C1"))[:2] == (8, "")


@pytest.mark.parametrize(
    ("text", "status", "complaint"),
    [("nonsense", 2, "line 1"), ("> 00A40400\n< 6A82", 7, "no CAP application"), ("", 2, "no exchange")],
)
def test_a_bad_recording_is_said(text: str, status: int, complaint: str, sesame: Sesame) -> None:
    got, out, err = sesame("card", "replay", "-", typed=text)

    assert (got, out) == (status, "")
    assert complaint in err


@pytest.mark.parametrize("make", [lambda path: path / "absent", lambda path: path])
def test_a_recording_that_cannot_be_opened_is_said(
    make: Callable[[Path], Path], sesame: Sesame, tmp_path: Path
) -> None:
    assert sesame("card", "replay", str(make(tmp_path)))[0] == 2


def test_a_refusing_card_is_replayed_as_one(sesame: Sesame, traces: Path) -> None:
    assert sesame("card", "replay", str(traces / "luxembourg-refuses.trace"))[:2] == (8, "")


def test_a_mute_card_is_said_by_every_tool(sesame: Sesame) -> None:
    for tool in ("apps", "info", "explain"):
        assert sesame("card", tool, "--virtual", "mute")[:2] == (8, "")


@pytest.mark.parametrize("value", ["--answer", "--ac", "--cid", "--ipb"])
def test_a_value_that_is_empty_is_given_and_wrong(sesame: Sesame, value: str) -> None:
    """A shell's empty variable: the tool went to the smart-card reader instead."""
    status, out, said = sesame("card", "explain", value, "")
    assert status in (2, 8)
    assert out == ""
    assert "insert" not in said
    assert "PC/SC" not in said


def test_apps_of_a_card_whose_application_is_blocked_says_so(sesame: Sesame) -> None:
    """It said that no known application is on the card, exit code 7."""
    status, out, said = sesame("card", "apps", "--virtual", "blocked-application")
    assert (status, out) == (6, "")
    assert "blocked" in said
    assert sesame("card", "apps", "--virtual", "length-loop")[0] == 7
