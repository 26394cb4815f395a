"""Every line that the card tools print, as it was when somebody last found it good (`pytest --golden-record`)."""

from pathlib import Path

import pytest

from tests.card.conftest import Sesame
from tests.golden_plugin import GoldenText

FRENCH = ("--cid", "80", "--atc", "0010", "--ac", "CF17CD2F3F369044", "--iad", "06780A03A48000")
BITMAP = "8001FFFFFF000000000000000000000000"
CARDS = (
    "bank-card",
    "sesame-card",
    "mastercard-cap",
    "last-try",
    "blocked",
    "no-cap",
    "mute",
    "pdol",
    "long-pdol",
    "other-cdol",
    "iaf-in-fci",
    "spread-records",
    "repeated-tags",
    "short-bitmap",
    "long-bitmap",
    "ten-digits",
    "leading-zeros",
    "no-counter-bits",
    "psn-prefix",
    "visa-default",
    "bancontact",
    "belgian-visa",
    "belgian",
    "no-bitmap",
    "tlv-any-order",
    "long-iad",
    "british",
    "cvn18",
    "declines",
    "amount",
    "no-tries",
    "no-get-data",
    "fresh-selection",
    "late-counter",
    "last-code",
    "six-digit-pin",
    "twelve-digit-pin",
    "chained",
    "t1",
    "inverse",
    "not-in-pse",
    "two-caps",
    "partial-name",
    "silent",
    "one-byte",
    "endless",
    "length-loop",
    "cut-short",
    "lying-length",
    "garbage",
    "flood",
)
"""Those that the gallery had at first: a new one is no reason to look at all these lines again."""
TEMPLATE = (
    "6F388407A0000000038002A52D500D4361727465205365736166655F2D046672656E9F38039F1A02BF0C0F9F5501A0DF320101C1020102"
    "9F110101"
)
RECORD = "70385A0849730100000000735F24033012315F3401019F5501A09F5611" + BITMAP + "8E0A000000000000000001008C039F3704"
OBJECTS = (
    TEMPLATE,
    RECORD,
    "771E9F2701809F360200109F2608CF17CD2F3F3690449F100706780A03A480009000",
    "9F3303E0B8C8 9F1A020250 5F2A020978 9A03261128 9C0100 9F34031E0300 95050000008000",
    "9F0702FF00 9F0D05F040642800 82023C00 9408080101001001030 0"[:-2] + "00",
    "5F25031501015F28020250 8E0E000000000000000001004100 1F00",
)


def told(sesame: Sesame, *commands: tuple[str, ...]) -> str:
    """What each command prints, and its exit code."""
    lines = []
    for command in commands:
        status, out, err = sesame("card", *command)
        lines += [f"$ sesame card {' '.join(command)}", out + err + f"[{status}]", ""]
    return "\n".join(lines)


@pytest.mark.parametrize("tool", ["info", "apps"])
def test_the_gallery_as_it_is_told(tool: str, sesame: Sesame, golden_text: GoldenText) -> None:
    as_json = ((tool, "--virtual", name, "--json") for name in ("bank-card", "no-bitmap"))
    golden_text(told(sesame, *((tool, "--virtual", name) for name in CARDS), *as_json), f"card-{tool}")


def test_recordings_as_they_are_told(
    sesame: Sesame, golden_text: GoldenText, traces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(traces)
    files = sorted(path.name for path in traces.glob("*.trace"))
    tools = ("info", "apps", "explain")
    golden_text(told(sesame, *((tool, "--from", file) for file in files for tool in tools)), "card-recordings")


def test_codes_as_they_are_explained(sesame: Sesame, golden_text: GoldenText) -> None:
    golden_text(
        told(
            sesame,
            ("explain", *FRENCH, "--ipb", BITMAP, "--bits"),
            ("explain", *FRENCH, "--ipb", BITMAP, "--json"),
            ("explain", *FRENCH, "--aid", "A0000000031010"),
            ("explain", *FRENCH, "--belgian"),
            ("explain", *FRENCH, "--ipb", "0700007FFFFF", "--iaf", "40", "--psn", "03", "--bits"),
            ("explain", *FRENCH, "--ipb", "FFFFFFFF"),
            ("explain", *FRENCH, "--ipb", "FFFFFF"),
            ("explain", *FRENCH, "--ipb", "FF"),
            ("explain", "--cid", "80"),
        ),
        "card-explain",
    )


def test_objects_as_they_are_told(sesame: Sesame, golden_text: GoldenText) -> None:
    given = [tuple(each.split()) for each in OBJECTS]
    golden_text(
        told(sesame, *(("tlv", *each) for each in given), *(("tlv", *each, "--json") for each in given[:2])), "card-tlv"
    )
