"""A third language is one file: put into a copy of the product, it is offered everywhere; taken out, it is gone."""

import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORLDS = ("sesame_core", "drivers", "device", "bank", "web", "simulator", "merchant")
WORDS = Path("sesame_core/reader/words")
FRENCH = chain.from_iterable((ROOT / world).rglob("words/fr.py") for world in WORLDS)
HOUSES = tuple(sorted(path.parent.relative_to(ROOT) for path in FRENCH))
"""Who speaks, each in a world of its own; the form is the same."""

IN_GERMAN = {
    'language="en"': 'language="de"',
    '"English"': '"Deutsch"',
    'money="€{amount}"': 'money="{amount} EUR"',
    'decimal="."': 'decimal=","',
    'group=","': 'group="."',
    'amount="€{whole}{decimal}{cents}"': 'amount="{whole}{decimal}{cents} EUR"',
    "your code is": "IHR CODE ist",
    "Internet subscription": "Internet-Vertrag",
    "Confirm your payment": "Zahlung bestätigen",
    'welcome="Welcome"': 'welcome="Willkommen"',
    "To write, to draw, to carry": "Zum Schreiben",
}
"""What is changed in the English words to make a language that can be told from it."""

OFFERED = """
import json
from pathlib import Path
from device.config import load_config
from device.errors import ConfigError
from sesame_core.events import ApplicationFound, CardPresent
from sesame_core.reader.state import Rules, initial_state
from sesame_core.reader.table import step_reader
from sesame_core.reader.views import view_state
from sesame_core.reader.words import LANGUAGES
from simulator.bench import Bench
from simulator.web.openapi import describe_api
from simulator.words import LANGUAGES as AROUND
from bank.web.coopanet.space.words import list_space_words
from bank.web.coopanet.words import list_languages

def chosen():
    try:
        Path("reader.toml").write_text('[reader]\\nlanguage = "de"\\n')
        return Bench(load_config(Path("reader.toml"))).shown_text()
    except ConfigError as error:
        return str(error)

state = initial_state(0, Rules())
for event in (CardPresent(0), ApplicationFound(0, ("nl", "de", "en"))):
    state, _ = step_reader(state, event)
print(json.dumps({
    "languages": list(LANGUAGES),
    "configured": chosen(),
    "by the card": view_state(state, 0).lines[0],
    "around": list(AROUND),
    "coopanet": list(list_languages()),
    "space": list(list_space_words()),
    "described": describe_api()["components"]["schemas"]["State"]["properties"]["language"]["enum"],
}))
"""


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A copy of the product."""
    for world in WORLDS:
        shutil.copytree(ROOT / world, tmp_path / world, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def offered(product: Path) -> dict[str, object]:
    """What the copy offers."""
    done = subprocess.run(
        [sys.executable, "-c", OFFERED], cwd=product, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_one_file_brings_a_language_everywhere_and_takes_it_away(product: Path) -> None:
    before = offered(product)
    assert before["languages"] == ["fr", "en"]
    assert "de" in str(before["configured"])
    assert before["by the card"] == "CHOOSE FUNCTION"

    english = (product / WORDS / "en.py").read_text(encoding="utf-8")
    german = re.sub("INSERT YOUR CARD", "KARTE EINSTECKEN", english).replace("CHOOSE FUNCTION", "FUNKTION WÄHLEN")
    (product / WORDS / "de.py").write_text(german.replace("ENGLISH", "GERMAN"), encoding="utf-8")
    assert offered(product) == {
        "languages": ["fr", "de", "en"],
        "configured": "KARTE EINSTECKEN",
        "by the card": "FUNKTION WÄHLEN",
        "around": ["fr", "en"],
        "coopanet": ["fr", "en"],
        "space": ["fr", "en"],
        "described": ["fr", "de", "en"],
    }

    (product / WORDS / "de.py").unlink()
    assert offered(product) == before


@pytest.fixture
def german(product: Path) -> Path:
    """A copy with a third file in every house."""
    for house in HOUSES:
        text = (product / house / "en.py").read_text(encoding="utf-8")
        for english, other in IN_GERMAN.items():
            text = text.replace(english, other)
        (product / house / "de.py").write_text(text, encoding="utf-8")
    return product


def test_each_house_takes_a_file_of_the_same_form(german: Path) -> None:
    """Every folder of words there is: none can stay outside this."""
    assert len(HOUSES) >= 13
    found = offered(german)
    every = [found[name] for name in ("languages", "around", "coopanet", "space", "described")]
    assert every == [["fr", "de", "en"]] * len(every)


def test_every_page_speaks_it(german: Path) -> None:
    """The walk, in the copy: Coop@net with connect page, telephone and messages, the desk with Sécur'Pass, the app, a
    shop's checkout with the challenge page, the simulated reader, the mirror; amounts as that language writes them."""
    for part in ("tests/web", "tests/threeds", "tools", "sesame"):
        shutil.copytree(ROOT / part, german / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (ROOT / "tests").glob("*.py"):
        shutil.copy(file, german / "tests")
    pytest_here = ["pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."]
    walk = [sys.executable, "-m", *pytest_here, "tests/web/walk_in_german.py"]
    done = subprocess.run(walk, cwd=german, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_a_language_that_lacks_a_sentence_is_none(product: Path) -> None:
    english = (product / WORDS / "en.py").read_text(encoding="utf-8")
    (product / WORDS / "de.py").write_text(english.replace('    wait="PLEASE WAIT",\n', ""), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        offered(product)
    assert "wait" in caught.value.stderr
