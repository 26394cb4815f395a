"""The launcher in French. "Retirez la clé e-secure" is the guide's; the rest says what its English sentences say."""

from launcher.course.events import LaunchChoice, TrayItem
from launcher.course.state import LaunchPhase
from launcher.troubles import BrowserCode, LaunchTrouble, TroubleWords
from launcher.words.sentences import LauncherSentences

HELPDESK = "Contactez l'assistance Sogecash Net."
PROCESS = "Personnalisation en cours, veuillez patienter"

TROUBLES = {
    LaunchTrouble.INSTALLATION: TroubleWords(
        "Un problème est survenu pendant l'installation, le périphérique risque de ne pas fonctionner correctement.",
        "Votre clé est défectueuse.",
        "Demandez-en une autre.",
    ),
    LaunchTrouble.ISSUER: TroubleWords(
        "Une erreur est survenue lors de la communication avec le service de délivrance de certificats.",
        "Votre antivirus bloque la communication avec ce service, ou un autre répond à sa place.",
        HELPDESK,
    ),
    LaunchTrouble.SERIAL: TroubleWords(
        "Le service de délivrance de certificats ne reconnaît pas le numéro de série de votre clé.",
        "La clé n'est pas inscrite à la banque sous votre code utilisateur.",
        HELPDESK,
    ),
    LaunchTrouble.THREAT: TroubleWords(
        "À l'insertion de la clé s'affiche un message « menace identifiée... ».",
        "Votre antivirus bloque cette application : son fichier a disparu, n'est plus lisible, ou a été changé.",
        HELPDESK + " Donnez à votre informatique le nom du fichier et son SHA-256, qui sont dans les détails.",
    ),
    LaunchTrouble.TIMED_OUT: TroubleWords(
        "Le délai de connexion est dépassé.",
        "Vos paramètres internet ne sont pas compatibles avec e-secure : rien ne répond.",
        HELPDESK + " Elle vérifiera vos paramètres.",
    ),
    LaunchTrouble.NOT_FOUND: TroubleWords(
        "Le serveur est introuvable.",
        "Vos paramètres internet ne sont pas compatibles avec e-secure : le nom du site n'est pas connu ici.",
        HELPDESK + " Elle vérifiera vos paramètres.",
    ),
    LaunchTrouble.REFUSED: TroubleWords(
        "La connexion a été refusée.",
        "Le site n'est pas servi pour le moment, ou un pare-feu le refuse.",
        "Réessayez plus tard. Si cela dure : " + HELPDESK,
    ),
    LaunchTrouble.CONFLICT: TroubleWords(
        "« Connexion à Sogecash Net, veuillez patienter... » s'affiche puis disparaît.",
        "Plusieurs sessions sont en conflit, ou votre antivirus bloque l'application.",
        "Fermez l'autre session ; les détails disent laquelle tient la clé. S'il n'y en a pas : " + HELPDESK,
    ),
    LaunchTrouble.HOURGLASS: TroubleWords(
        "Le sablier ne disparaît pas à la validation du code de sécurité, et l'ordinateur se fige.",
        "Problème de communication.",
        HELPDESK,
    ),
    LaunchTrouble.SSL: TroubleWords(
        f"« {BrowserCode.HANDSHAKE_FAILURE} » s'affiche, ou vous ne pouvez pas vous connecter au site Entreprises en "
        "raison d'une erreur SSL (-8183).",
        "Problème de communication : ce qui répond ne prouve pas être la banque, ou la banque n'a pas vu le certificat "
        "de votre clé.",
        HELPDESK + " Donnez-lui le nom que le navigateur donne à l'erreur, ou les détails.",
    ),
    LaunchTrouble.LIGHT: TroubleWords(
        "Le voyant de la clé ne s'allume pas.",
        "Conflit entre le système de l'ordinateur et la clé e-secure : aucune clé n'est visible.",
        "Essayez un autre port USB, puis la station d'accueil. Sous Linux : e-secure --readers. Sinon : " + HELPDESK,
    ),
    LaunchTrouble.AUTOPLAY: TroubleWords(
        "La clé e-secure ne se lance pas automatiquement.",
        "Votre responsable de la sécurité a désactivé l'exécution automatique de votre ordinateur, qui lance les "
        "périphériques amovibles (lecteurs de CD, clés USB, etc.).",
        "Demandez-lui de changer ce réglage. D'ici là, double-cliquez sur le fichier e-secure du lecteur de CD-ROM de "
        "la clé. Sous Linux, e-secure --install le lance ensuite sans vous.",
    ),
    LaunchTrouble.PDF_READER: TroubleWords(
        "À l'ouverture d'un PDF s'affiche « The Adobe that is running ... cannot find the PDF files in the Web "
        "Brother », ou rien.",
        "La version d'Adobe Reader de votre ordinateur est antérieure à la 9.3.",
        "Installez la dernière version. Le navigateur de la clé montre lui-même les relevés.",
    ),
    LaunchTrouble.PDF_BLANK: TroubleWords(
        "À l'ouverture d'un PDF s'affiche une page blanche, l'icône Imprimer est grisée, ou une erreur technique "
        "apparaît.",
        "La version d'Adobe Reader de votre ordinateur est antérieure à la 9.3, ou il y a un problème de "
        "compatibilité.",
        HELPDESK,
    ),
    LaunchTrouble.CODE: TroubleWords(
        "Saisissez votre code utilisateur et votre code d'activation",
        "L'un des deux est faux, ou le code d'activation est trop ancien ou déjà utilisé.",
        "Saisissez-les comme ils sont dans vos courriers. Sinon : " + HELPDESK,
    ),
    LaunchTrouble.NOT_ISSUED: TroubleWords(
        "Le service de délivrance de certificats n'en délivre pas à cette clé.",
        "Ce qu'il dit est dans les détails.",
        HELPDESK,
    ),
    LaunchTrouble.PIN_WRONG: TroubleWords(
        "Le code de la clé est faux.",
        "Ce qui a été saisi n'est pas le code de la clé.",
        "Saisissez-le à nouveau ; le nombre d'essais restants est dans les détails.",
    ),
    LaunchTrouble.PIN_BLOCKED: TroubleWords(
        "Le code de la clé est bloqué.",
        "Il a été faux trois fois.",
        "Débloquez-le avec le PUK de votre courrier, ou : " + HELPDESK,
    ),
    LaunchTrouble.NOT_AGREED: TroubleWords(
        "Personne n'a appuyé sur OK sur la clé.",
        "La clé demande avant de signer ; la demande a été refusée, ou laissée sans réponse.",
        "Réessayez, et appuyez sur OK sur la clé quand son écran le demande.",
    ),
    LaunchTrouble.PULLED: TroubleWords(
        "La clé a été retirée.",
        "Elle a été retirée, ou a perdu le contact, pendant qu'elle servait.",
        "Remettez-la : ce qui était en cours recommence, et rien n'est perdu.",
    ),
    LaunchTrouble.UPDATE: TroubleWords(
        "La mise à jour n'a pas pu être installée.",
        "Elle n'est pas arrivée entière, ou la clé ne la croit pas. La clé fonctionne comme avant.",
        "Réessayez, ou annulez et installez-la plus tard. Si cela dure : " + HELPDESK,
    ),
    LaunchTrouble.MISSING: TroubleWords(
        "Il manque sur cet ordinateur ce dont la clé e-secure a besoin.",
        "Les détails le nomment.",
        "Demandez à votre informatique de l'installer.",
    ),
    LaunchTrouble.NO_MANAGEMENT: TroubleWords(
        "Le lanceur ne peut pas personnaliser cette clé.",
        "Sa clé de gestion n'est pas gardée par son code : quelqu'un l'a changée.",
        HELPDESK,
    ),
    LaunchTrouble.PUK_WRONG: TroubleWords(
        "Le PUK est faux.",
        "Ce qui a été saisi n'est pas le PUK de cette clé.",
        "Saisissez-le comme il figure dans votre courrier ; le nombre d'essais restants est dans les détails.",
    ),
    LaunchTrouble.PUK_BLOCKED: TroubleWords(
        "La clé est bloquée.",
        "Le code et le PUK ont été faux trop souvent.",
        HELPDESK + " Vous recevrez une autre clé.",
    ),
    LaunchTrouble.PAYMENT: TroubleWords(
        "Le virement n'a pas pu être confirmé.",
        "Il a déjà été décidé, ou son temps est passé ; ou la clé ne croit pas que la banque le demande. Les détails "
        "le disent.",
        "Regardez le virement sur le site, et confirmez-le de là. Si cela dure : " + HELPDESK,
    ),
}

BROWSER_CODES = {
    BrowserCode.HANDSHAKE_FAILURE: "Le serveur n'a pas vu le certificat de votre clé : elle a été retirée, ou quelque "
    "chose en chemin demande un certificat à lui. Retirez la clé et rebranchez-la.",
    BrowserCode.BAD_DER: "Ce que le serveur a montré comme certificat est illisible : quelque chose en chemin "
    "(antivirus, proxy) répond à la place de la banque.",
    BrowserCode.UNREADABLE: "La même chose que -8183, dite quand rien de lui n'est lisible.",
    BrowserCode.CERTIFICATE_REQUIRED: "La même chose que -12227, dite par TLS 1.3.",
    BrowserCode.UNKNOWN_CA: "Le certificat que le navigateur a montré n'est pas de cette banque. Choisissez celui de "
    "votre clé.",
    BrowserCode.KEY_GONE: "La clé n'a pas signé : elle a été retirée à ce moment, son code n'a pas été donné, ou "
    "personne n'a appuyé sur OK.",
    BrowserCode.UNKNOWN_ISSUER: "Le certificat du serveur n'est pas de l'autorité de la banque : quelque chose en "
    "chemin répond à sa place.",
    BrowserCode.EXPIRED: "Le certificat du serveur est échu, ou la date de cet ordinateur est fausse.",
    BrowserCode.BAD_DOMAIN: "Le certificat du serveur est pour une autre adresse.",
    BrowserCode.ENDED: "Le serveur, ou quelque chose en chemin, a mis fin à la connexion sans dire pourquoi.",
    BrowserCode.RESET: "Quelque chose en chemin (pare-feu, antivirus) a coupé la connexion.",
}

WORDS = LauncherSentences(
    name="Français",
    title="e-secure",
    phases={
        LaunchPhase.WAITING: "Connectez votre clé e-secure",
        LaunchPhase.CUSTOMISING: PROCESS,
        LaunchPhase.GREETING: "Il n'est pas nécessaire de redémarrer votre ordinateur",
        LaunchPhase.CHECKING: PROCESS,
        LaunchPhase.OFFERED: "Une mise à jour de votre clé e-secure est disponible. Voulez-vous l'installer ?",
        LaunchPhase.UPDATING: "La mise à jour s'installe. Ne retirez pas votre clé.",
        LaunchPhase.UPDATED: "La mise à jour est terminée. Cliquez sur « Terminer », puis retirez et remettez votre "
        "clé e-secure",
        LaunchPhase.REPLUG: "Retirez et remettez votre clé e-secure",
        LaunchPhase.ASKING: "Saisissez votre code utilisateur et votre code d'activation",
        LaunchPhase.ENROLLING: "Votre certificat est en cours de téléchargement. Cela prend 1 à 2 minutes.",
        LaunchPhase.DOWNLOADED: "Le téléchargement de votre certificat est terminé. Cliquez sur OK",
        LaunchPhase.CONNECTING: "Connexion à Sogecash Net, veuillez patienter",
        LaunchPhase.CONNECTED: "Vous êtes connecté à Sogecash Net",
        LaunchPhase.LEFT_IN: "Vous pouvez laisser votre clé connectée : la reconnexion sera plus rapide",
        LaunchPhase.REMOVING: "Retrait de la clé e-secure, veuillez patienter",
        LaunchPhase.REMOVABLE: "Retirez votre clé et gardez-la en lieu sûr",
        LaunchPhase.RENEWABLE: "Votre certificat expire bientôt. Voulez-vous le renouveler ?",
        LaunchPhase.UNLOCKING: "Saisissez le code de votre clé",
        LaunchPhase.RENEWING: "Votre certificat est en cours de renouvellement. Ne retirez pas votre clé.",
        LaunchPhase.RENEWED: "Votre certificat est renouvelé. Cliquez sur OK",
        LaunchPhase.ORDERED: "Saisissez le code de votre clé pour confirmer le virement",
        LaunchPhase.CONFIRMING: "Confirmez le virement sur votre clé",
        LaunchPhase.CONFIRMED: "Le virement est confirmé",
        LaunchPhase.UNCONFIRMED: "",
        LaunchPhase.UNBLOCKING: "Débloquez votre clé",
        LaunchPhase.TROUBLE: "",
        LaunchPhase.ENDED: "",
    },
    buttons={
        LaunchChoice.OK: "OK",
        LaunchChoice.UPDATE: "Mettre à jour",
        LaunchChoice.RENEW: "Renouveler",
        LaunchChoice.CANCEL: "Annuler",
        LaunchChoice.END: "Terminer",
        LaunchChoice.RETRY: "Réessayer",
        LaunchChoice.UNBLOCK: "Débloquer",
        LaunchChoice.COPY: "Copier les détails pour l'assistance",
    },
    tray={
        TrayItem.CONNECT: "Sogecash Net",
        TrayItem.REMOVE: "Retirez la clé e-secure",
        TrayItem.QUIT: "Quitter",
    },
    troubles=TROUBLES,
    browser_codes=BROWSER_CODES,
    offer="Version {version}. Cela prend 6 à 7 minutes, selon votre ordinateur.",
    fetching="{percent} %",
    renewal="Jours restants : {days}. Votre certificat reste valable jusqu'à ce que le nouveau soit dans la clé. "
    "Si vous annulez, la question reviendra la prochaine fois.",
    half_renewed="Le renouvellement de votre certificat a été interrompu, et rien n'est perdu. Cliquez sur Renouveler "
    "pour le terminer.",
    user="Code utilisateur",
    code="Code d'activation",
    pin="Code de la clé",
    send="OK",
    on_the_pad="Quand son écran le demande, saisissez le code sur la clé, puis appuyez sur OK.",
    press_ok="Quand son écran le demande, appuyez sur OK sur la clé.",
    type_puk="Quand son écran le demande, saisissez sur la clé : le PUK de votre courrier, un nouveau code, puis ce "
    "code encore une fois.",
    type_on_key="Saisissez le code sur la clé.",
    read_transfer="Lisez le virement sur l'écran de la clé : 9 tourne les pages, OK à la dernière confirme, C refuse.",
    transfer_waits="Le virement attend sur le site, à moins que le site ne le montre confirmé.",
    browser_hint="Si le navigateur demande la clé : saisissez le code là où le message le dit, puis cliquez sur OK. "
    "N'ouvrez pas votre navigateur habituel pour Sogecash Net.",
    cause="Cause :",
    cure="Solution :",
    copied="Les détails sont prêts à être collés.",
    menu="Choisissez : {choices}",
    details="Détails pour l'assistance",
    sessions="La clé est tenue par {holder}.",
)
