"""What the reader's page says around the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class PageWords:
    """All sentences of the page in one language; `said` are those that scripts put in while the reader works."""

    language: str
    other: tuple[str, str]
    skip: str
    title: str
    intro: str
    next_customer: str
    next_hint: str
    reader: str
    glass: str
    keypad: str
    slot: str
    cards: str
    cards_hint: str
    more_cards: str
    technical: str
    glass_note: str
    sheet: str
    pin: str
    user: str
    put_in: str
    pull: str
    read: str
    keyboard: str
    keyboard_on: str
    keyboard_bank: str
    shortcuts: tuple[tuple[str, str], ...]
    bank: str
    bank_alone: str
    inside: str
    state: str
    dark_in: str
    slot_holds: str
    trace: str
    trace_empty: str
    trace_hint: str
    unplug: str
    plug: str
    verbs: str
    verbs_title: str
    verbs_text: str
    home: str
    legends: Mapping[str, str]
    said: Mapping[str, str]
    phases: Mapping[str, str]


FRENCH: Final = PageWords(
    language="fr",
    other=("English", "en"),
    skip="Aller au lecteur",
    title="Le lecteur Sésame et Coop@net",
    intro="Un lecteur simulé jusqu'à ses broches, et une banque de démonstration à côté.",
    next_customer="Client suivant",
    next_hint="Retire la carte, déconnecte tout le monde, remet cartes et comptes comme au début",
    reader="Le lecteur",
    glass="Écran du lecteur",
    keypad="Clavier du lecteur",
    slot="Fente de la carte",
    cards="Les cartes",
    cards_hint="Glissez une carte vers le lecteur, ou cliquez dessus.",
    more_cards="Toutes les autres cartes",
    technical="Détails techniques",
    glass_note="L'écran parle la langue de la carte : la plupart de ces cartes demandent le français.",
    sheet="Fiche pour le client",
    pin="code secret",
    user="code utilisateur",
    put_in="dans le lecteur",
    pull="Retirer la carte",
    read="Dire le code",
    keyboard="Le clavier de l'ordinateur",
    keyboard_on="Mon clavier commande le lecteur",
    keyboard_bank="Dans un champ ou sur un lien de Coop@net, les touches vont à Coop@net.",
    shortcuts=(
        ("0 à 9", "les chiffres"),
        ("c", "Code"),
        ("Entrée", "OK"),
        ("⌫", "C"),
        ("d", "Défi"),
        ("s", "Signer"),
        ("a", "Arrêt"),
    ),
    bank="Coop@net, la banque de démonstration",
    bank_alone="Ouvrir seule",
    inside="Voir à l'intérieur",
    state="État",
    dark_in="S'éteint dans",
    slot_holds="Dans la fente",
    trace="Ce que la carte et le lecteur se disent",
    trace_empty="Rien encore : insérez une carte.",
    trace_hint="Le code secret est masqué.",
    unplug="Débrancher le lecteur de carte",
    plug="Rebrancher le lecteur de carte",
    verbs="Piloter par HTTP",
    verbs_title="Le lecteur par HTTP",
    verbs_text="Chaque verbe, tel que le décrit le document OpenAPI de ce serveur.",
    home="Retour au lecteur",
    legends=MappingProxyType({}),
    said=MappingProxyType(
        {
            "dark": "L'écran est éteint.",
            "code": "Un code est affiché.",
            "unread": "Le code ne peut pas être lu.",
            "lost": "Le lecteur ne répond plus. Relancez ./run.",
            "next": "Prêt pour le client suivant.",
            "empty": "rien",
            "seconds": "s",
            "inserted": "Carte insérée : ",
            "pulled": "Carte retirée.",
        }
    ),
    phases=MappingProxyType(
        {
            "asleep": "endormi",
            "no card": "attend une carte",
            "reading": "lit la carte",
            "ready": "attend une fonction",
            "challenge": "saisie du défi",
            "amount": "saisie du montant",
            "account": "saisie du compte",
            "pin": "saisie du code secret",
            "working": "la carte calcule",
            "data": "saisie des données",
            "code": "code affiché",
            "fault": "erreur de carte",
            "no reader": "lecteur de carte absent",
            "flat battery": "pile vide",
            "halted": "arrêté",
        }
    ),
)

ENGLISH: Final = PageWords(
    language="en",
    other=("Français", "fr"),
    skip="Skip to the reader",
    title="The Sésame reader and Coop@net",
    intro="A reader simulated down to its pins, and a demonstration bank beside it.",
    next_customer="Next customer",
    next_hint="Pulls the card, signs everybody off, puts cards and accounts back as at first",
    reader="The reader",
    glass="The reader's display",
    keypad="The reader's keypad",
    slot="Card slot",
    cards="The cards",
    cards_hint="Drag a card to the reader, or click on it.",
    more_cards="All other cards",
    technical="Technical details",
    glass_note="The display speaks the card's language, not the page's: most of these cards ask for French.",
    sheet="Sheet for the customer",
    pin="PIN",
    user="user code",
    put_in="in the reader",
    pull="Pull the card",
    read="Say the code",
    keyboard="The computer's keyboard",
    keyboard_on="My keyboard drives the reader",
    keyboard_bank="In a field or on a link of Coop@net the keys are Coop@net's.",
    shortcuts=(
        ("0 to 9", "digits"),
        ("c", "Code"),
        ("Enter", "OK"),
        ("⌫", "C"),
        ("d", "Défi"),
        ("s", "Signer"),
        ("a", "Arrêt"),
    ),
    bank="Coop@net, the demonstration bank",
    bank_alone="Open alone",
    inside="Look inside",
    state="State",
    dark_in="Goes dark in",
    slot_holds="In the slot",
    trace="What card and reader say to each other",
    trace_empty="Nothing yet: insert a card.",
    trace_hint="The PIN is masked.",
    unplug="Unplug the card reader",
    plug="Plug the card reader in",
    verbs="Drive it over HTTP",
    verbs_title="The reader over HTTP",
    verbs_text="Every verb, as this server's OpenAPI document describes it.",
    home="Back to the reader",
    legends=MappingProxyType(
        {"Défi": "Défi (challenge)", "Signer": "Signer (sign)", "C": "C (clear)", "Arrêt": "Arrêt (off)"}
    ),
    said=MappingProxyType(
        {
            "dark": "The display is dark.",
            "code": "A code is shown.",
            "unread": "The code cannot be read.",
            "lost": "The reader does not answer any more. Start ./run again.",
            "next": "Ready for the next customer.",
            "empty": "nothing",
            "seconds": "s",
            "inserted": "Card inserted: ",
            "pulled": "Card pulled.",
        }
    ),
    phases=MappingProxyType(
        {
            "asleep": "asleep",
            "no card": "waits for a card",
            "reading": "reads the card",
            "ready": "waits for a function",
            "challenge": "challenge being typed",
            "amount": "amount being typed",
            "account": "account being typed",
            "pin": "PIN being typed",
            "working": "the card computes",
            "data": "data being typed",
            "code": "code shown",
            "fault": "card error",
            "no reader": "no card reader",
            "flat battery": "flat battery",
            "halted": "ended",
        }
    ),
)

LANGUAGES: Final = MappingProxyType({"fr": FRENCH, "en": ENGLISH})
