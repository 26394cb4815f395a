"""The signature of a card: verified by openssl, and every way of being another card refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from image.command import main
from image.lock.packages import Package
from image.lock.wheels import Wheel
from image.sbom import write_sbom
from image.shell import ImageError, run_program
from image.signature import SIGNATURE, SUMS, sign_sums, verify_folder, write_sums

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path, "maker")


def make_keys(folder: Path, name: str) -> tuple[Path, Path]:
    secret, public = folder / f"{name}.pem", folder / f"{name}.pub"
    run_program(["openssl", "genpkey", "-algorithm", "ed25519", "-out", secret])
    run_program(["openssl", "pkey", "-in", secret, "-pubout", "-out", public])
    return secret, public


@pytest.fixture
def signed(tmp_path: Path, keys: tuple[Path, Path]) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "sesame-reader.img").write_bytes(b"card")
    (folder / "sesame-reader.spdx.json").write_bytes(b"{}")
    write_sums(folder, ["sesame-reader.img", "sesame-reader.spdx.json"])
    sign_sums(folder, keys[0])
    return folder


def test_what_was_signed_is_verified(signed: Path, keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    verify_folder(signed, keys[1])
    assert main(["verify", str(signed), str(keys[1])]) == 0
    assert "every file is what it says" in capsys.readouterr().out


def change_card(folder: Path) -> None:
    (folder / "sesame-reader.img").write_bytes(b"cars")


def lose_card(folder: Path) -> None:
    (folder / "sesame-reader.img").unlink()


def change_card_and_sums(folder: Path) -> None:
    change_card(folder)
    write_sums(folder, ["sesame-reader.img", "sesame-reader.spdx.json"])


def change_signature(folder: Path) -> None:
    signature = folder / SIGNATURE
    content = signature.read_bytes()
    signature.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def lose_signature(folder: Path) -> None:
    (folder / SIGNATURE).unlink()


def lose_sums(folder: Path) -> None:
    (folder / SUMS).unlink()


@pytest.mark.parametrize(
    ("alter", "says"),
    [
        (change_card, "sesame-reader.img is not what SHA256SUMS says"),
        (lose_card, "sesame-reader.img is not what SHA256SUMS says"),
        (change_card_and_sums, "is not signed by"),
        (change_signature, "is not signed by"),
        (lose_signature, "SHA256SUMS.sig is missing"),
        (lose_sums, "SHA256SUMS is missing"),
    ],
)
def test_another_card_is_refused(
    signed: Path, keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str], alter: Callable[[Path], None], says: str
) -> None:
    alter(signed)
    assert main(["verify", str(signed), str(keys[1])]) == 1
    assert says in capsys.readouterr().err


def test_another_makers_card_is_refused(signed: Path, tmp_path: Path) -> None:
    _, other = make_keys(tmp_path, "other")
    with pytest.raises(ImageError, match=r"is not signed by .*other\.pub"):
        verify_folder(signed, other)


def test_a_key_of_another_kind_is_refused(signed: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "none.pem"
    wrong.write_text("no key")
    with pytest.raises(ImageError, match="openssl genpkey -algorithm ed25519"):
        sign_sums(signed, wrong)


def test_the_list_of_parts_names_each_with_its_digest() -> None:
    parts = [Package("libc6", "2.41-12", "arm64", 9, DIGEST)], [Wheel("gpiod", "2.5.0", DIGEST[::-1])]
    text = write_sbom("sesame-reader", "c" * 64, "1.0", *parts)
    said = json.loads(text)
    assert said["spdxVersion"] == "SPDX-2.3"
    rows = [(part["externalRefs"][0], part["checksums"][0]) for part in said["packages"]]
    found = {row["referenceLocator"]: checksum["checksumValue"] for row, checksum in rows}
    assert found == {
        "pkg:generic/sesame-reader@1.0": "c" * 64,
        "pkg:deb/debian/libc6@2.41-12?arch=arm64&distro=trixie": DIGEST,
        "pkg:pypi/gpiod@2.5.0": DIGEST[::-1],
    }
    names = [part["SPDXID"] for part in said["packages"]]
    assert len(set(names)) == len(names)
    assert {row["relatedSpdxElement"] for row in said["relationships"]} == set(names)
    assert write_sbom("sesame-reader", "c" * 64, "1.0", *parts) == text
