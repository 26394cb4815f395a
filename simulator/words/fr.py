"""French."""

from types import MappingProxyType
from typing import Final

from sesame_core.events import Key
from simulator.words.sentences import MirrorWords, PageWords, SheetStep, SheetWords, SimulatorWords, TerminalWords

PAGE: Final = PageWords(
    language="fr",
    name="Français",
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

SHEET: Final = SheetWords(
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

TERMINAL: Final = TerminalWords(
    (
        (Key.CODE, "c Code"),
        (Key.CHALLENGE, "d Défi"),
        (Key.SIGN, "s Signer"),
        (Key.OK, "Entrée OK"),
        (Key.CLEAR, "← C"),
        (Key.OFF, "a Arrêt"),
    ),
    "Cartes",
    "↑ ↓ choisir   Espace insérer/retirer   l débrancher",
    "code secret",
    "q quitter",
    "Fenêtre trop petite\u00a0: il faut {}×{} caractères (ici {}×{}).",
    "Trop de touches à la fois\u00a0: les dernières ne sont pas prises.",
)

MIRROR: Final = MirrorWords(
    title="Lecteur Sésame", away="Le lecteur n'est pas là. L'image revient d'elle-même.", glass="L'écran du lecteur"
)

CARDS: Final = MappingProxyType(
    {
        "bank-card": "Carte bancaire",
        "sesame-card": "Carte Sésame",
        "mastercard-cap": "Carte Mastercard",
        "last-try": "Carte à son dernier essai",
        "blocked": "Carte bloquée",
        "no-cap": "Carte qui ne fait pas de code",
        "mute": "Carte à la puce abîmée",
    }
)

VERBS: Final = MappingProxyType(
    {
        "A card is in already.": "Une carte est déjà dans le lecteur.",
        "A stream without end.": "Un flux sans fin.",
        "Another site asks.": "La demande vient d'un autre site.",
        "Asked by another name than this machine's own.": "La demande emploie un autre nom que celui de cette machine.",
        "Bring the smart-card reader back.": "Rebrancher le lecteur de carte à puce.",
        "Done; so it is now.": "C'est fait ; voici l'état à présent.",
        "How the reader is.": "L'état du lecteur.",
        "How the simulated telephone is.": "L'état du téléphone simulé.",
        "No such card.": "Cette carte n'existe pas.",
        "No such scale.": "Cette échelle n'existe pas.",
        "Press keys one after the other; answered when the last is let go.": "Appuyer sur des touches, l'une après "
        "l'autre ; la réponse vient quand la dernière est relâchée.",
        "Put a card of the gallery in.": "Insérer une carte de la galerie.",
        "So it is.": "Voici.",
        "Take the card out; harmless when there is none.": "Retirer la carte ; sans effet s'il n'y en a pas.",
        "Take the smart-card reader away.": "Débrancher le lecteur de carte à puce.",
        "The body is not JSON.": "Le corps n'est pas du JSON.",
        "The body is not as described.": "Le corps n'est pas tel que décrit.",
        "The body is too long.": "Le corps est trop long.",
        "The body's length is not told.": "La longueur du corps n'est pas indiquée.",
        "The cards there are, with the PIN of each for the demonstration.": "Les cartes de la galerie, avec le code "
        "secret de chacune pour la démonstration.",
        "The glass as a PNG file.": "L'écran en fichier PNG.",
        "The glass as rows of bits.": "L'écran en lignes de bits.",
        "The next customer: card out, everybody signed off, cards and accounts as at first.": "Client suivant : carte "
        "retirée, tout le monde déconnecté, cartes et comptes comme au début.",
        "The picture.": "L'image.",
        "The telephone or the bank does not do that now.": "Le téléphone ou la banque ne le permet pas à présent.",
        "There is no telephone.": "Il n'y a pas de téléphone.",
        "What a script says after `bank`: `transfer` with amount and payee, `lift`.": "Ce qu'un script dit après "
        "`bank` : `transfer` avec montant et bénéficiaire, `lift`.",
        "What a script says after `phone`: `activate`, `approve`, `refuse`, `fraud`, `code`, `offline`, `online`.": (
            "Ce qu'un script dit après `phone` : `activate`, `approve`, `refuse`, `fraud`, `code`, `offline`, `online`."
        ),
        "The reader has ended.": "Le lecteur est arrêté.",
        "Too many presses are waiting.": "Trop d'appuis sont en attente.",
        "What card and reader said last; a PIN's digits are stars.": "Les derniers échanges entre carte et lecteur ; "
        "les chiffres du code secret sont des étoiles.",
        "What changes, as server-sent events: `glass` and `state` as their schemas have it, `exchange`, `anew` for the "
        "next customer, and `here` when nothing else was said for 5 s.": "Ce qui change, en événements (server-sent "
        "events) : `glass` et `state` selon leurs schémas, `exchange`, `anew` au client suivant, et `here` quand rien "
        "d'autre n'a été dit pendant 5 s.",
    }
)

FRENCH: Final = SimulatorWords(PAGE, SHEET, TERMINAL, MIRROR, CARDS, VERBS)
