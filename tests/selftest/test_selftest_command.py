"""`sesame selftest` and `sesame doctor`: lines, exit codes, the JSON's stable shape, and what is never in them."""

import json
import os
from pathlib import Path

import pytest

from device.selftest.findings import Finding
from device.selftest.verdict import paint_verdict
from drivers.display.panels import PANELS
from drivers.ports import Picture
from sesame.cli import main
from sesame_core.events import Millis
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble

SIMULATED = ("selftest", "--simulated")
BANK_CARDS_PAN = "4970"


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(SIMULATED) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert all(line.startswith("ok ") for line in lines[:-2]), lines
    assert lines[-1] == "nothing is wrong"
    assert "press 1 (1 of 16)" in said.err


def test_a_failure_is_exit_code_1_with_its_cure_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*SIMULATED, "--trouble", "display-address", "--trouble", "polkit")) == 1
    out = capsys.readouterr().out
    assert "FAILED    display        nothing answers at 0x3C, but something does at 0x3D\n" in out
    assert "                         -> set address = 0x3D below [display]" in out
    assert out.endswith("\n2 failed: display, pcscd\n")


@pytest.mark.parametrize("trouble", ["battery-low", "no-card", "not-a-pi"])
def test_what_is_no_failure_is_exit_code_0(trouble: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*SIMULATED, "--trouble", trouble)) == 0
    assert "FAILED" not in capsys.readouterr().out


@pytest.mark.parametrize("trouble", [None, *Trouble], ids=lambda trouble: trouble.value if trouble else "none")
def test_the_json_has_its_shape(trouble: Trouble | None, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main((*SIMULATED, "--json", *(("--trouble", trouble.value) if trouble else ())))
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["schema", "command", "exit", "verdict", "findings"]
    assert report["schema"] == 1
    assert report["verdict"] in ("ok", "warning", "failed")
    assert (exit_code == 1) == (report["verdict"] == "failed")
    for finding in report["findings"]:
        assert list(finding) == ["probe", "verdict", "said", "cure"]
        assert finding["verdict"] in ("ok", "left out", "warning", "failed")
        assert all(isinstance(value, str) for value in finding.values())


def test_the_verdict_stands_on_the_display_for_who_has_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that was only written has no login: before, its self-test could not be begun, nor its end be seen."""
    rests = list[tuple[int, Picture]]()

    class Watched(SimulatedWorld):
        def let_rest(self, milliseconds: Millis) -> None:
            rests.append((milliseconds, self.parts.display.glass()))
            super().let_rest(milliseconds)

    monkeypatch.setattr("simulator.surroundings.SimulatedWorld", Watched)
    assert main((*SIMULATED, "--trouble", "polkit", "--show", "60")) == 1
    shown = paint_verdict([Finding.failed("pcscd", "", "")], "fr", (128, 64))
    assert rests[-1] == (60_000, shown)
    assert main((*SIMULATED, "--alone", "--show", "60")) == 0
    assert rests[-1] == (60_000, paint_verdict([], "fr", (128, 64)))
    before = len(rests)
    for trouble in ("display-dead", "service-runs", "not-a-pi"):
        main((*SIMULATED, "--trouble", trouble, "--show", "60"))
    assert all(lasting < 60_000 for lasting, _ in rests[before:]), "nothing can be shown: nothing is waited for"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "604801", "9" * 30, "²", ""])
def test_how_long_is_a_number_of_seconds(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main((*SIMULATED, f"--show={text}"))
    assert ended.value.code == 2


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", sorted({(each.width, each.height) for each in PANELS}))
@pytest.mark.parametrize("names", [(), ("keypad",), ("applications", "configuration", "card reader", "sound")])
def test_every_display_has_room_for_a_verdict(language: str, size: tuple[int, int], names: tuple[str, ...]) -> None:
    assert any(paint_verdict([Finding.failed(name, "", "") for name in names], language, size).rows)


def test_nobody_is_told_anything_when_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*SIMULATED, "--alone")) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "left out  keypad" in said.out
    assert said.out.endswith("nothing is wrong; 1 left out\n")


def test_a_card_is_told_by_its_kind_only(capsys: pytest.CaptureFixture[str]) -> None:
    main(SIMULATED)
    out = capsys.readouterr().out
    assert "ATR 3B 65 00 00" in out
    assert "codes are made with A0000000038002; also there: A0000000031010" in out
    assert "DPA" not in out, "a label is the card's own text"
    assert BANK_CARDS_PAN not in out


def test_the_doctor_touches_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("doctor", "--simulated", "--trouble", "display-dead")) == 0
    out = capsys.readouterr().out
    assert "display        " not in out
    assert "pcscd" in out


def test_troubles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("selftest", "--trouble", "list")) == 0
    assert capsys.readouterr().out.split() == [each.value for each in Trouble]


def test_a_wrong_trouble_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main((*SIMULATED, "--trouble", "gremlins")) == 2
    assert "gremlins is no trouble" in capsys.readouterr().err


def test_a_real_machine_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("selftest", "--trouble", "polkit")) == 2
    assert "needs --simulated" in capsys.readouterr().err


def test_a_configuration_is_tested_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reader.toml"
    file.write_text('[display]\ncontroller = "sh1106"\nrotation = 180\n', encoding="utf-8")
    assert main((*SIMULATED, "--config", str(file))) == 0
    out = capsys.readouterr().out
    assert f"{file}; sh1106 on i2c" in out
    assert "sh1106 128x64: it answers" in out


def test_this_machine_is_examined_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever machine runs the tests: every line is a line, nothing is unexpected."""
    assert main(("doctor", "--json")) in (os.EX_OK, 1)
    report = json.loads(capsys.readouterr().out)
    assert {"system", "machine", "libraries", "service", "configuration", "clock"} <= {
        each["probe"] for each in report["findings"]
    }
    assert not [each for each in report["findings"] if "unexpected" in each["said"]]
