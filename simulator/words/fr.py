"""French."""

from types import MappingProxyType
from typing import Final

from sesame_core.events import Key
from simulator.words.sentences import (
    EntranceWords,
    MirrorWords,
    PageWords,
    PartWords,
    PhonePageWords,
    SheetStep,
    SheetWords,
    SimulatorWords,
    TerminalWords,
)

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
    entrance="Accueil",
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

ENTRANCE: Final = EntranceWords(
    title="Bienvenue à la démonstration",
    lead="Choisissez par quoi commencer. Coop@net, la banque de démonstration, est à côté de chacun.",
    skip="Aller au choix",
    parts=MappingProxyType(
        {
            "reader": PartWords(
                "Le lecteur",
                "Une carte, son code secret, et un code de huit chiffres qui ne sert qu'une fois.",
                "Prendre le lecteur",
            ),
            "phone": PartWords(
                "Le téléphone",
                "Sécur'Pass : ce que vous demandez à l'ordinateur s'affiche sur le téléphone. Vous validez, ou vous "
                "refusez.",
                "Prendre le téléphone",
            ),
            "key": PartWords(
                "La clé d'accès",
                "Une clé dans l'ordinateur et son code : l'entreprise ouvre ses comptes et signe ses virements.",
                "Prendre la clé",
            ),
            "shop": PartWords(
                "La boutique",
                "Payer par carte sur internet : la banque demande votre accord.",
                "Entrer dans la boutique",
            ),
            "machine": PartWords(
                "Le distributeur",
                "SM@RT'retrait : des billets contre un code de Coop@net, sans carte.",
                "Aller au distributeur",
            ),
            "wallet": PartWords(
                "Le portefeuille",
                "La carte dans le téléphone (Apple Pay, Samsung Pay) : la banque demande votre accord.",
                "Ouvrir le portefeuille",
            ),
        }
    ),
    bank="Coop@net seule",
    adviser="Le bureau du conseiller",
    note="Démonstration, sans argent réel. Personne ne vous demandera ici une vraie carte ni un vrai code.",
)

PHONE_PAGE: Final = PhonePageWords(
    title="Le téléphone et Coop@net",
    intro="Sécur'Pass sur un téléphone, et la banque de démonstration à côté.",
    skip="Aller au téléphone",
    telephone="Le téléphone",
    messages_title="Messages reçus",
    messages_hint="Les SMS et les e-mails de la banque arrivent ici.",
    messages_none="Rien encore.",
    by_text="SMS",
    by_mail="E-mail",
    steps_title="Pour commencer",
    steps=(
        "Sur le téléphone, connectez-vous : code utilisateur DURAND42, mot de passe « ouvre-toi », puis le code reçu "
        "par SMS.",
        "Activez Sécur'Pass : choisissez quatre chiffres, et confirmez par SMS et par e-mail.",
        "Il valide après 72 h. Le conseiller peut lever ce délai à son bureau.",
        "Dans Coop@net, connectez-vous et faites un virement. Le téléphone demande votre accord.",
    ),
    adviser="Ouvrir le bureau du conseiller",
    real_title="Sur un vrai téléphone",
    real_text="Le téléphone, sur le même réseau, lit ce code ou ouvre cette adresse.",
    real_picture="Code QR de l'adresse {url}",
    real_root="La première fois, installez sur le téléphone le certificat de la démonstration :",
    real_root_get="le certificat",
    real_fingerprint="Son empreinte SHA-256 :",
    real_finger="Sans ce certificat, l'application ne s'installe pas. Le doigt et le visage demandent un nom : à une "
    "adresse faite de chiffres, on valide par le code.",
    real_plain="L'application s'ouvre, mais elle ne peut pas créer ses clés : il lui faut une adresse en https. "
    "Relancez par ./run --listen --tls. Ici, dans le cadre, tout fonctionne.",
    real_closed="Rien n'est ouvert aux autres appareils. Relancez par ./run --listen --tls pour y aller d'un vrai "
    "téléphone. Ici, dans le cadre, tout fonctionne.",
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
        "How the access key, its PC and the launcher are.": "L'état de la clé d'accès, de son PC et du programme.",
        "The access key's glass as rows of bits.": "L'écran de la clé en lignes de bits.",
        "The key, its PC or the site does not do that now.": "La clé, son PC ou le site ne le permet pas à présent.",
        "There is no access key.": "Il n'y a pas de clé d'accès.",
        "What a script says after `key`: `plug`, `unplug`, `press`, `launch`, `choose`, `enrol`, `tray` ...": (
            "Ce qu'un script dit après `key` : `plug`, `unplug`, `press`, `launch`, `choose`, `enrol`, `tray` ..."
        ),
        "What a script says after `site`: `open`, `fill`, `press`, `follow`, `number`.": (
            "Ce qu'un script dit après `site` : `open`, `fill`, `press`, `follow`, `number`."
        ),
        "What came by post: user ID, activation code, security number.": "Le courrier reçu : code utilisateur, code "
        "d'activation, numéro de sécurité.",
        "What changes on the key's desk: `glass` and `desk` as their schemas have it, and `here`.": "Ce qui change sur "
        "le bureau de la clé : `glass` et `desk` selon leurs schémas, et `here`.",
        "The reader has ended.": "Le lecteur est arrêté.",
        "Too many presses are waiting.": "Trop d'appuis sont en attente.",
        "What card and reader said last; a PIN's digits are stars.": "Les derniers échanges entre carte et lecteur ; "
        "les chiffres du code secret sont des étoiles.",
        "What the bank sent to its customers last.": "Les derniers messages de la banque à ses clients.",
        "What changes, as server-sent events: `glass` and `state` as their schemas have it, `exchange`, `anew` for the "
        "next customer, and `here` when nothing else was said for 5 s.": "Ce qui change, en événements (server-sent "
        "events) : `glass` et `state` selon leurs schémas, `exchange`, `anew` au client suivant, et `here` quand rien "
        "d'autre n'a été dit pendant 5 s.",
    }
)

FRENCH: Final = SimulatorWords(PAGE, SHEET, TERMINAL, MIRROR, ENTRANCE, PHONE_PAGE, CARDS, VERBS)
