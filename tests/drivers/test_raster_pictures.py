"""Every kind of screen, as somebody looked at it and found it good. See tests/golden_plugin.py."""

from collections.abc import Callable

import pytest

from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.screens import DARK, Bar, Masked, Screen, Typed
from sesame_core.secrets import SecretDigits

Golden = Callable[[Picture, str], None]


def code(digits: str) -> SecretDigits:
    secret = SecretDigits(len(digits))
    for digit in digits:
        secret.append(int(digit))
    return secret


SCREENS = {
    "dark": DARK,
    "insert": Screen(lines=("INSÉREZ VOTRE CARTE",)),
    "wait": Screen(lines=("PATIENTEZ",)),
    "choose": Screen(lines=("CHOISISSEZ FONCTION",)),
    "choose-hint": Screen(lines=("CHOISISSEZ FONCTION",), notice="Appuyez d'abord sur Code"),
    "pin-empty": Screen(lines=("CODE SECRET ?",), field=Masked(0, 4)),
    "pin-two": Screen(lines=("CODE SECRET ?",), field=Masked(2, 4)),
    "pin-last-try": Screen(lines=("CODE SECRET ?",), field=Masked(0, 4), notice="DERNIER ESSAI"),
    "pin-twelve": Screen(lines=("CODE SECRET ?",), field=Masked(5, 12)),
    "pin-short": Screen(lines=("CODE SECRET ?",), field=Masked(3, 4), notice="4 CHIFFRES"),
    "wrong": Screen(lines=("CODE FAUX", "RESTE 2 ESSAIS")),
    "blocked": Screen(lines=("CARTE BLOQUÉE", "CONTACTEZ LA BANQUE")),
    "error": Screen(lines=("CARTE ILLISIBLE", "ERREUR CARTE 3")),
    "unsupported": Screen(lines=("CARTE NON GÉRÉE",)),
    "absent": Screen(lines=("LECTEUR ABSENT",)),
    "code-8": Screen(code=code("34656023"), bar=Bar(26, 35)),
    "code-8-notice": Screen(code=code("01234567"), notice="PILE FAIBLE", bar=Bar(35, 35)),
    "code-10": Screen(code=code("1234567890"), bar=Bar(1, 35)),
    "code-12": Screen(code=code("123456789012"), bar=Bar(0, 35)),
    "amount": Screen(lines=("MONTANT ?",), field=Typed("1 234,56")),
    "challenge-empty": Screen(lines=("DÉFI ?",), field=Typed("")),
    "account-hint": Screen(lines=("COMPTE ?",), field=Typed("3101234567"), notice="OK pour finir"),
    "english": Screen(lines=("INSERT YOUR CARD",)),
    "english-wrong": Screen(lines=("WRONG PIN", "2 TRIES LEFT")),
}


@pytest.mark.parametrize("size", [(128, 64), (128, 32), (64, 128)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_as_it_did(name: str, size: tuple[int, int], golden: Golden) -> None:
    golden(paint_screen(SCREENS[name], size), f"painter/{size[0]}x{size[1]}/{name}")
