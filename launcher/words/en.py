"""The launcher in English. The sentences of the guide stand as it has them."""

from launcher.course.events import LaunchChoice, TrayItem
from launcher.course.state import LaunchPhase
from launcher.troubles import BrowserCode, LaunchTrouble, TroubleWords
from launcher.words.sentences import LauncherSentences

HELPDESK = "Please contact the Sogecash Net helpdesk."
PROCESS = "The customisation process is in progress, please wait"

TROUBLES = {
    LaunchTrouble.INSTALLATION: TroubleWords(
        "A problem occurred during installation, the device may not work correctly.",
        "Your access key is faulty.",
        "Please request a replacement.",
    ),
    LaunchTrouble.ISSUER: TroubleWords(
        "An error occurred when communicating with the certificate issuing service.",
        "Your antivirus software is blocking communication with this service, or something on the way answers for it.",
        HELPDESK,
    ),
    LaunchTrouble.SERIAL: TroubleWords(
        "The certificate issuing service does not recognise your key's serial number.",
        "The key is not in the bank's books under your User ID.",
        HELPDESK,
    ),
    LaunchTrouble.THREAT: TroubleWords(
        'When you insert your key, you see a message "threat identified...".',
        "Your antivirus software is blocking this application: its file is gone, cannot be read any more, or was "
        "changed.",
        HELPDESK + " Give your IT people the file's name and SHA-256, which stand in the details.",
    ),
    LaunchTrouble.TIMED_OUT: TroubleWords(
        "Connection timed out.",
        "Your internet settings are not compatible with e-secure: nothing answers.",
        HELPDESK + " They verify your settings.",
    ),
    LaunchTrouble.NOT_FOUND: TroubleWords(
        "The server could not be found.",
        "Your internet settings are not compatible with e-secure: the site's name is not known here.",
        HELPDESK + " They verify your settings.",
    ),
    LaunchTrouble.REFUSED: TroubleWords(
        "The connection was refused.",
        "The site is not served at the moment, or a firewall on the way refuses it.",
        "Try again later. If it stays so: " + HELPDESK,
    ),
    LaunchTrouble.CONFLICT: TroubleWords(
        '"Connecting to Sogecash Net, please wait..." displays then disappears.',
        "Several sessions are in conflict, or your antivirus is blocking the application.",
        "Close the other session; the details say which one holds the key. If there is none: " + HELPDESK,
    ),
    LaunchTrouble.HOURGLASS: TroubleWords(
        "The hourglass does not disappear when validating your security number, and your computer freezes.",
        "Communication problem.",
        HELPDESK,
    ),
    LaunchTrouble.SSL: TroubleWords(
        f'"{BrowserCode.HANDSHAKE_FAILURE}" is displayed, or you cannot connect to the business customer website due '
        "to an SSL error (-8183).",
        "Communication problem: what answers does not prove to be the bank, or the bank was not shown your key's "
        "certificate.",
        HELPDESK + " Give them the browser's own name for the error, or the details.",
    ),
    LaunchTrouble.LIGHT: TroubleWords(
        "The access key light does not come on.",
        "Conflict between your computer's system and the e-secure access key: no key can be seen.",
        "Try another USB port, then the docking station. On Linux: e-secure --readers. Otherwise: " + HELPDESK,
    ),
    LaunchTrouble.AUTOPLAY: TroubleWords(
        "The e-secure access key does not launch automatically.",
        "Your IT security manager has disabled your computer's AutoPlay function, which automatically launches "
        "removable devices (CD players, USB memory sticks, etc.).",
        "Please contact him to request a change of setting. Until then, double-click on the e-secure file of the key's "
        "CD-ROM drive. On Linux, e-secure --install has it begin by itself.",
    ),
    LaunchTrouble.PDF_READER: TroubleWords(
        'When you open a PDF file, you see "The Adobe that is running ... cannot find the PDF files in the Web '
        'Brother" or nothing happens.',
        "The version of Adobe Reader installed on your computer is older than version 9.3.",
        "You need to install the latest version. The browser of the key shows statements by itself.",
    ),
    LaunchTrouble.PDF_BLANK: TroubleWords(
        "When you open a PDF file, you see a blank page, the Print icon is greyed out or a technical error is "
        "displayed.",
        "The version of Adobe Reader installed on your computer is older than version 9.3, or there is a "
        "compatibility problem.",
        HELPDESK,
    ),
    LaunchTrouble.CODE: TroubleWords(
        "Please enter your User ID and Activation Code",
        "One of them is wrong, or the code is too old or was used.",
        "Type both again as they stand in your letters. Otherwise: " + HELPDESK,
    ),
    LaunchTrouble.NOT_ISSUED: TroubleWords(
        "The certificate issuing service issues no certificate for this key.",
        "What it says stands in the details.",
        HELPDESK,
    ),
    LaunchTrouble.PIN_WRONG: TroubleWords(
        "The key's PIN is wrong.",
        "What was typed is not the key's PIN.",
        "Type it again; how many tries are left stands in the details.",
    ),
    LaunchTrouble.PIN_BLOCKED: TroubleWords(
        "The key's PIN is blocked.",
        "It was typed wrong three times.",
        "Unblock it with the PUK of your letter, or: " + HELPDESK,
    ),
    LaunchTrouble.NOT_AGREED: TroubleWords(
        "Nobody has pressed OK on the key.",
        "The key asks on its screen before it signs; it was refused, or left alone.",
        "Try again, and press OK on the key when its screen asks.",
    ),
    LaunchTrouble.PULLED: TroubleWords(
        "The access key was removed.",
        "It was taken out, or lost its contact, while it was in use.",
        "Put it in again: what was under way begins anew, and nothing is lost.",
    ),
    LaunchTrouble.UPDATE: TroubleWords(
        "The update could not be installed.",
        "It did not arrive whole, or the key does not believe it. The key works on as before.",
        "Try again, or cancel and install it later. If it stays so: " + HELPDESK,
    ),
    LaunchTrouble.MISSING: TroubleWords(
        "Something that the e-secure access key needs is not installed on this computer.",
        "The details name it.",
        "Ask your IT people to install it.",
    ),
    LaunchTrouble.NO_MANAGEMENT: TroubleWords(
        "This key cannot be customised by the launcher.",
        "Its management key does not stand in it under the PIN: somebody has changed it.",
        HELPDESK,
    ),
    LaunchTrouble.PUK_WRONG: TroubleWords(
        "The PUK is wrong.",
        "What was typed is not the PUK of this key.",
        "Type it as it stands in your letter; how many tries are left stands in the details.",
    ),
    LaunchTrouble.PUK_BLOCKED: TroubleWords(
        "The access key is blocked.",
        "PIN and PUK were typed wrong too often.",
        HELPDESK + " You are given another key.",
    ),
    LaunchTrouble.PAYMENT: TroubleWords(
        "The transfer could not be confirmed.",
        "It was decided before, or its time is over; or the key does not believe that the bank asks. The details say "
        "which.",
        "Look at the transfer on the site, and confirm it from there. If it stays so: " + HELPDESK,
    ),
}

BROWSER_CODES = {
    BrowserCode.HANDSHAKE_FAILURE: "The server was not shown the certificate of your key: it was removed, or something "
    "on the way asks for a certificate of its own. Remove and reinsert the key.",
    BrowserCode.BAD_DER: "What the server has shown as its certificate cannot be read: something on the way "
    "(antivirus, proxy) answers for the bank.",
    BrowserCode.UNREADABLE: "The same as -8183, said where not even its outermost parts can be read.",
    BrowserCode.CERTIFICATE_REQUIRED: "The same as -12227, said by TLS 1.3.",
    BrowserCode.UNKNOWN_CA: "The certificate that the browser has shown is not one of this bank's. Choose the one of "
    "your access key.",
    BrowserCode.KEY_GONE: "The key did not sign: it was removed at that moment, its PIN was not given, or nobody "
    "pressed OK on it.",
    BrowserCode.UNKNOWN_ISSUER: "The server's certificate is not of the bank's authority: something on the way answers "
    "for it.",
    BrowserCode.EXPIRED: "The server's certificate is over, or this computer's date is wrong.",
    BrowserCode.BAD_DOMAIN: "The server's certificate is for another address.",
    BrowserCode.ENDED: "The server, or something on the way, has ended the connection without saying why.",
    BrowserCode.RESET: "Something on the way (firewall, antivirus) has cut the connection.",
}

WORDS = LauncherSentences(
    name="English",
    title="e-secure",
    phases={
        LaunchPhase.WAITING: "Connect your e-secure access key",
        LaunchPhase.CUSTOMISING: PROCESS,
        LaunchPhase.GREETING: "There is no need to restart your computer",
        LaunchPhase.CHECKING: PROCESS,
        LaunchPhase.OFFERED: "An update is available for your e-secure access key. Do you want to install it?",
        LaunchPhase.UPDATING: "The update is being installed. Do not remove your access key.",
        LaunchPhase.UPDATED: 'The update is complete. Click on "End", then remove and reinsert your e-secure access '
        "key",
        LaunchPhase.REPLUG: "Remove and reinsert your e-secure access key",
        LaunchPhase.ASKING: "Please enter your User ID and Activation Code",
        LaunchPhase.ENROLLING: "Your certificate is being downloaded. This takes 1-2 minutes.",
        LaunchPhase.DOWNLOADED: "The download of your certificate is complete. Click on OK",
        LaunchPhase.CONNECTING: "Connecting to Sogecash Net, please wait",
        LaunchPhase.CONNECTED: "You are connected to Sogecash Net",
        LaunchPhase.LEFT_IN: "You can leave your key connected: this will help you reconnect faster",
        LaunchPhase.REMOVING: "Removing the e-secure access key, please wait",
        LaunchPhase.REMOVABLE: "Remove your access key and keep it in a safe place",
        LaunchPhase.RENEWABLE: "Your certificate ends soon. Do you want to renew it?",
        LaunchPhase.UNLOCKING: "Please enter the PIN of your access key",
        LaunchPhase.RENEWING: "Your certificate is being renewed. Do not remove your access key.",
        LaunchPhase.RENEWED: "Your certificate has been renewed. Click on OK",
        LaunchPhase.ORDERED: "Please enter the PIN of your access key to confirm the transfer",
        LaunchPhase.CONFIRMING: "Confirm the transfer on your access key",
        LaunchPhase.CONFIRMED: "The transfer is confirmed",
        LaunchPhase.UNCONFIRMED: "",
        LaunchPhase.UNBLOCKING: "Unblock your access key",
        LaunchPhase.TROUBLE: "",
        LaunchPhase.ENDED: "",
    },
    buttons={
        LaunchChoice.OK: "OK",
        LaunchChoice.UPDATE: "Update",
        LaunchChoice.RENEW: "Renew",
        LaunchChoice.CANCEL: "Cancel",
        LaunchChoice.END: "End",
        LaunchChoice.RETRY: "Try again",
        LaunchChoice.UNBLOCK: "Unblock",
        LaunchChoice.COPY: "Copy details for the helpdesk",
    },
    tray={
        TrayItem.CONNECT: "Sogecash Net",
        TrayItem.REMOVE: "Remove the e-secure access key",
        TrayItem.QUIT: "Quit",
    },
    troubles=TROUBLES,
    browser_codes=BROWSER_CODES,
    offer="Version {version}. This takes 6-7 minutes, depending on your computer.",
    fetching="{percent} %",
    renewal="Days left: {days}. Your certificate works until the new one is in the key. If you cancel, you are asked "
    "again the next time.",
    half_renewed="The renewal of your certificate was interrupted, and nothing is lost. Click on Renew to end it.",
    user="User ID",
    code="Activation Code",
    pin="PIN of the key",
    send="OK",
    on_the_pad="When its screen asks, type the PIN on the key, and press OK there.",
    press_ok="When its screen asks, press OK on the key.",
    type_puk="When its screen asks, type on the key: the PUK of your letter, a new PIN, and that once more.",
    type_on_key="Type the PIN on the key.",
    read_transfer="Read the transfer on the key's screen: 9 turns the pages, OK on the last one confirms, C refuses.",
    transfer_waits="The transfer waits on the site, unless the site shows it as confirmed.",
    browser_hint="If the browser asks for the key: type the PIN where the message says, then click on OK. Do not "
    "launch your usual browser to connect to Sogecash Net.",
    cause="Cause:",
    cure="Solution:",
    copied="The details are ready to be pasted.",
    menu="Choose: {choices}",
    details="Details for the helpdesk",
    sessions="The key is held by {holder}.",
)
