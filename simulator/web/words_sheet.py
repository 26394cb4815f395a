"""The sheet that a customer takes home: after the user guide, in words of our own."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class SheetStep:
    """One thing to do. `screen`: which of the reader's screens is seen then, if one is; `key`: the key to press."""

    text: str
    screen: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SheetWords:
    """All sentences of the sheet in one language."""

    title: str
    lead: str
    make_title: str
    make: tuple[SheetStep, ...]
    enter_title: str
    enter: tuple[SheetStep, ...]
    know_title: str
    know: tuple[str, ...]
    ask_title: str
    ask: str
    ask_here: str
    warning: str
    print_out: str
    screen: str


FRENCH_SHEET: Final = SheetWords(
    title="Votre lecteur Sésame",
    lead="Pour ouvrir vos comptes sur Coop@net, votre lecteur et votre carte génèrent un code qui ne sert qu'une fois. "
    "Un fraudeur qui le verrait ne pourrait rien en faire ensuite.",
    make_title="1. Générez un code Sésame",
    make=(
        SheetStep("Insérez votre carte bancaire ou votre carte Sésame dans le lecteur.", "insert"),
        SheetStep("Appuyez sur la touche Code.", "ready", "key-code.svg"),
        SheetStep(
            "Tapez les 4 chiffres du code secret de la carte. Carte bancaire : celui de vos achats et de vos retraits. "
            "Carte Sésame : celui que vous avez reçu par courrier.",
            "pin",
        ),
        SheetStep("Validez par la touche OK. Votre code Sésame s'affiche : 8 chiffres.", "code", "key-ok.svg"),
    ),
    enter_title="2. Connectez-vous à Coop@net",
    enter=(
        SheetStep("Sur la page d'accueil, cliquez sur « Accès abonnés », puis sur le lecteur Sésame."),
        SheetStep("Entrez votre code utilisateur, les 8 caractères attribués par la banque. Il ne change pas."),
        SheetStep("Entrez votre code Sésame, avec ou sans l'espace, et validez. Vos comptes s'affichent."),
    ),
    know_title="Bon à savoir",
    know=(
        "Vous avez 35 secondes. Ensuite le lecteur s'éteint et le code disparaît : générez-en un nouveau.",
        "Chaque code ne sert qu'une fois. À chaque connexion, un nouveau code.",
        "Après trois codes secrets faux, la carte se bloque.",
        "Personne ne vous demandera un code Sésame par téléphone, par message ou par courriel.",
    ),
    ask_title="Un doute, une question ?",
    ask="{name} : {telephone}",
    ask_here="Demandez à votre agence.",
    warning="Fiche d'une démonstration : ce n'est pas un document d'une banque.",
    print_out="Imprimer",
    screen="L'écran du lecteur",
)

ENGLISH_SHEET: Final = SheetWords(
    title="Your Sésame reader",
    lead="To open your accounts on Coop@net, your reader and your card make a code that works once. Whoever saw it "
    "could do nothing with it afterwards.",
    make_title="1. Make a Sésame code",
    make=(
        SheetStep("Insert your bank card or your Sésame card into the reader.", "insert"),
        SheetStep("Press the Code key.", "ready", "key-code.svg"),
        SheetStep(
            "Type the 4 digits of the card's PIN. Bank card: the one you pay and withdraw money with. Sésame card: the "
            "one that came by post.",
            "pin",
        ),
        SheetStep("Confirm with the OK key. Your Sésame code appears: 8 digits.", "code", "key-ok.svg"),
    ),
    enter_title="2. Sign in to Coop@net",
    enter=(
        SheetStep("On the home page click on “Subscribers' access”, then on the Sésame reader."),
        SheetStep("Type your user code, the 8 characters that the bank gave you. It does not change."),
        SheetStep("Type your Sésame code, with or without the space, and validate. Your accounts appear."),
    ),
    know_title="Good to know",
    know=(
        "You have 35 seconds. Then the reader goes dark and the code is gone: make a new one.",
        "Each code works once. A new code every time you sign in.",
        "After three wrong PINs the card blocks itself.",
        "Nobody will ever ask you for a Sésame code by telephone, message or mail.",
    ),
    ask_title="A doubt, a question?",
    ask="{name}: {telephone}",
    ask_here="Ask your branch.",
    warning="Sheet of a demonstration: this is no document of a bank.",
    print_out="Print",
    screen="The reader's display",
)

SHEETS: Final = MappingProxyType({"fr": FRENCH_SHEET, "en": ENGLISH_SHEET})
