"""What the data objects of a card are called, and how their values are meant to be read.

Tags from EMV Books 1 (annex B), 2 and 3 (annex A), 4; ISO/IEC 7816-6; the payment systems' own where they are known
from CAP and DPA cards. Wordings are ours.
"""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Form(Enum):
    """How a value is written."""

    BYTES = "bytes"
    TEXT = "text"  # ISO/IEC 8859
    DIGITS = "digits"  # packed decimal digits, F fills up
    NUMBER = "number"  # binary, most significant byte first
    DATE = "date"  # YYMMDD, packed
    DOL = "list of tags and lengths"
    TAGS = "list of tags"
    RULES = "cardholder verification rules"
    USAGE = "application usage"
    FILES = "files and records"
    COUNTRY = "country"  # ISO 3166-1 numeric
    CURRENCY = "currency"  # ISO 4217 numeric
    BITMAP = "bitmap"


@dataclass(frozen=True, slots=True)
class Element:
    """One data element: its name and form."""

    name: str
    form: Form = Form.BYTES


def _elements(form: Form, text: str) -> dict[int, Element]:
    """Lines of a tag and a name."""
    pairs = (line.split(None, 1) for line in text.strip().splitlines())
    return {int(tag, 16): Element(name.strip(), form) for tag, name in pairs}


ELEMENTS = MappingProxyType(
    _elements(
        Form.BYTES,
        """
        42 Issuer identification number
        46 Pre-issuing data
        4F Application identifier (AID)
        57 Track 2 equivalent data
        5F30 Service code
        5F53 International bank account number (IBAN)
        5F54 Bank identifier code (BIC)
        5F57 Account type
        61 Application template
        6F File control information (FCI) template
        70 Record template
        71 Issuer script template 1
        72 Issuer script template 2
        73 Directory discretionary template
        77 Response template, format 2
        80 Response template, format 1
        81 Amount, authorised (binary)
        82 Application interchange profile (AIP)
        83 Command template
        84 Dedicated file (DF) name
        86 Issuer script command
        89 Authorisation code
        8A Authorisation response code
        8F Certification authority public key index
        90 Issuer public key certificate
        91 Issuer authentication data
        92 Issuer public key remainder
        93 Signed static application data
        95 Terminal verification results (TVR)
        98 Transaction certificate hash value
        99 Transaction PIN data
        9B Transaction status information
        9D Directory definition file (DDF) name
        9F01 Acquirer identifier
        9F04 Amount, other (binary)
        9F05 Application discretionary data
        9F06 Application identifier (AID), terminal
        9F08 Application version number, card
        9F09 Application version number, terminal
        9F0A Registered proprietary data for application selection
        9F0D Issuer action code, default
        9F0E Issuer action code, denial
        9F0F Issuer action code, online
        9F10 Issuer application data (IAD)
        9F18 Issuer script identifier
        9F1B Terminal floor limit
        9F1D Terminal risk management data
        9F20 Track 2 discretionary data
        9F22 Certification authority public key index, terminal
        9F26 Application cryptogram (AC)
        9F27 Cryptogram information data (CID)
        9F2D Card's PIN encipherment public key certificate
        9F2E Card's PIN encipherment public key exponent
        9F2F Card's PIN encipherment public key remainder
        9F32 Issuer public key exponent
        9F33 Terminal capabilities
        9F34 Cardholder verification method (CVM) results
        9F35 Terminal type
        9F37 Unpredictable number
        9F3A Amount, reference currency
        9F40 Additional terminal capabilities
        9F45 Data authentication code
        9F46 Card's public key certificate
        9F47 Card's public key exponent
        9F48 Card's public key remainder
        9F4B Signed dynamic application data
        9F4C Card's dynamic number
        9F4D Log entry
        9F55 Internet authentication flags (IAF)
        9F5A Application program identifier
        9F5D Available offline spending amount
        9F66 Terminal transaction qualifiers
        9F69 Card authentication related data
        9F6B Track 2 data, contactless
        9F6C Card transaction qualifiers
        9F6E Form factor indicator or third-party data
        9F7C Customer exclusive data
        A5 FCI proprietary template
        BF0C FCI issuer discretionary data
        DF60 Payment system's own (VIS)
        """,
    )
    | _elements(
        Form.TEXT,
        """
        50 Application label
        56 Track 1 data
        5F20 Cardholder name
        5F2D Language preference
        5F50 Issuer's address on the web
        5F55 Issuer country code, two letters
        5F56 Issuer country code, three letters
        9F0B Cardholder name, long
        9F12 Application preferred name
        9F16 Merchant identifier
        9F1C Terminal identification
        9F1E Reader's serial number
        9F1F Track 1 discretionary data
        9F4E Merchant name and place
        DF07 Belgian issuer identification
        """,
    )
    | _elements(
        Form.DIGITS,
        """
        5A Application primary account number (PAN)
        5F34 PAN sequence number (PSN)
        5F36 Transaction currency exponent
        9C Transaction type
        9F02 Amount, authorised
        9F03 Amount, other
        9F15 Merchant category code
        9F21 Transaction time
        9F39 Point-of-service entry mode
        9F3D Transaction reference currency exponent
        9F41 Transaction sequence counter
        9F43 Application reference currency exponent
        9F44 Application currency exponent
        """,
    )
    | _elements(
        Form.NUMBER,
        """
        87 Application priority indicator
        88 Short file identifier (SFI)
        9F11 Issuer code table index
        9F13 Transaction counter at the last online transaction
        9F14 Lower limit of consecutive offline transactions
        9F17 PIN tries left
        9F23 Upper limit of consecutive offline transactions
        9F36 Application transaction counter (ATC)
        """,
    )
    | _elements(
        Form.DATE,
        """
        5F24 Application expiration date
        5F25 Application effective date
        9A Transaction date
        """,
    )
    | _elements(
        Form.DOL,
        """
        8C Card risk management data object list 1 (CDOL1)
        8D Card risk management data object list 2 (CDOL2)
        97 Transaction certificate data object list (TDOL)
        9F38 Processing options data object list (PDOL)
        9F49 Dynamic data authentication data object list (DDOL)
        9F4F Log format
        """,
    )
    | _elements(Form.TAGS, "9F4A Static data authentication tag list\n5C Tag list")
    | _elements(Form.RULES, "8E Cardholder verification method (CVM) list")
    | _elements(Form.USAGE, "9F07 Application usage control")
    | _elements(Form.FILES, "94 Application file locator (AFL)")
    | _elements(Form.BITMAP, "9F56 Issuer proprietary bitmap (IPB)")
    | _elements(
        Form.COUNTRY,
        "5F28 Issuer country code\n5F2C Cardholder nationality\n9F1A Terminal country code\nC8 Card's country",
    )
    | _elements(
        Form.CURRENCY,
        """
        5F2A Transaction currency code
        9F3B Application reference currency
        9F3C Transaction reference currency code
        9F42 Application currency code
        C9 Card's currency
        """,
    )
)
"""Tag -> element."""

UNKNOWN = Element("not known here")

COUNTRIES = MappingProxyType(
    {
        "040": "Austria", "056": "Belgium", "191": "Croatia", "196": "Cyprus", "203": "Czechia", "208": "Denmark",
        "233": "Estonia", "246": "Finland", "250": "France", "276": "Germany", "300": "Greece", "348": "Hungary",
        "352": "Iceland", "372": "Ireland", "380": "Italy", "428": "Latvia", "440": "Lithuania", "442": "Luxembourg",
        "470": "Malta", "528": "Netherlands", "578": "Norway", "616": "Poland", "620": "Portugal", "642": "Romania",
        "703": "Slovakia", "705": "Slovenia", "724": "Spain", "752": "Sweden", "756": "Switzerland", "792": "Turkey",
        "826": "United Kingdom", "124": "Canada", "840": "United States", "036": "Australia", "392": "Japan",
    }
)  # fmt: skip
"""ISO 3166-1: the countries whose banks are known to have handed out CAP and DPA cards, and their neighbours."""

CURRENCIES = MappingProxyType(
    {
        "978": "EUR", "826": "GBP", "756": "CHF", "840": "USD", "752": "SEK", "208": "DKK", "578": "NOK", "985": "PLN",
        "203": "CZK", "348": "HUF", "946": "RON", "949": "TRY", "124": "CAD", "036": "AUD", "392": "JPY",
    }
)  # fmt: skip
"""ISO 4217."""


def describe_tag(tag: int) -> Element:
    """What is known of a tag."""
    return ELEMENTS.get(tag, UNKNOWN)
