"""The messages of EMV 3-D Secure 2.2.0 and 2.3.1 as frozen values, their elements named as in the core specification.

Which elements a message has: its tables B.1 (AReq), B.2 (ARes), B.3 (CReq), B.4 (CRes), B.8 (RReq), B.9 (RRes) and B.10
(Erro). Of the elements of a telephone's app (SDK) and of a merchant's own request (3RI) none is here: this bank
authenticates in a browser (`deviceChannel` 02), and says so where another channel is asked for. An element that a
message has besides is passed over, as the specification wants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from bank.threeds import elements as el
from bank.threeds.elements import ElementRule

VERSIONS: Final = ("2.3.1", "2.2.0")
"""`messageVersion`, the preferred one first."""

KNOWN_VERSION: Final = el.ElementRule(
    "5 to 8 characters", lambda value: isinstance(value, str) and 5 <= len(value) <= 8
)

TRANS_STATUS: Final = ("Y", "N", "U", "A", "C", "D", "R", "I", "S")
"""Y authenticated, N not, U could not be, A attempted, C challenge, D decoupled, R rejected, I information, S SPC."""

RULE: Final = "rule"


def element(rule: ElementRule) -> Any:  # noqa: ANN401 - as dataclasses.field
    """An element that must be there, or may be absent: then it is None."""
    return field(metadata={RULE: rule}) if rule.required else field(default=None, metadata={RULE: rule})


def kept(rule: ElementRule) -> Any:  # noqa: ANN401 - as dataclasses.field
    """The same for what no `repr` may show."""
    if rule.required:
        return field(repr=False, metadata={RULE: rule})
    return field(repr=False, default=None, metadata={RULE: rule})


OPTIONAL_ID: Final = el.transaction_id().or_absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class AReq:
    """Authentication request: the shop's 3DS server asks about a payment, in the browser."""

    messageType: ClassVar[str] = "AReq"
    messageVersion: str = element(KNOWN_VERSION)
    messageCategory: str = element(el.codes(1, 2))
    deviceChannel: str = element(el.codes(1, 3))
    threeDSServerTransID: str = element(el.transaction_id())
    threeDSServerRefNumber: str = element(el.text(1, 32))
    threeDSServerOperatorID: str | None = element(el.text(1, 32).or_absent())
    threeDSServerURL: str = element(el.url())
    threeDSCompInd: str = element(el.one_of("Y", "N", "U"))
    threeDSRequestorID: str = element(el.text(1, 35))
    threeDSRequestorName: str = element(el.text(1, 40))
    threeDSRequestorURL: str = element(el.url())
    threeDSRequestorAuthenticationInd: str = element(el.codes(1, 9))
    threeDSRequestorChallengeInd: str | None = element(el.codes(1, 9).or_absent())
    threeDSRequestorDecReqInd: str | None = element(el.one_of("Y", "N").or_absent())
    threeDSRequestorDecMaxTime: str | None = element(el.digits(5, 5).or_absent())
    acquirerBIN: str = element(el.digits(1, 11))
    acquirerMerchantID: str = element(el.text(1, 35))
    acctNumber: str = kept(el.account_number())
    cardExpiryDate: str | None = kept(el.month().or_absent())
    cardholderName: str | None = kept(el.text(2, 45).or_absent())
    mcc: str = element(el.digits(4, 4))
    merchantCountryCode: str = element(el.digits(3, 3))
    merchantName: str = element(el.text(1, 40))
    purchaseAmount: str = element(el.digits(1, 48))
    purchaseCurrency: str = element(el.digits(3, 3))
    purchaseExponent: str = element(el.digits(1, 1))
    purchaseDate: str = element(el.moment())
    transType: str | None = element(el.one_of("01", "03", "10", "11", "28").or_absent())
    notificationURL: str = element(el.url(256))
    browserAcceptHeader: str = element(el.text(1, 2048))
    browserIP: str | None = kept(el.text(1, 45).or_absent())
    browserJavascriptEnabled: bool = element(el.boolean())
    browserJavaEnabled: bool | None = element(el.boolean().or_absent())
    browserLanguage: str = element(el.text(1, 35))
    browserColorDepth: str | None = element(el.one_of("1", "4", "8", "15", "16", "24", "32", "48").or_absent())
    browserScreenHeight: str | None = element(el.digits(1, 6).or_absent())
    browserScreenWidth: str | None = element(el.digits(1, 6).or_absent())
    browserTZ: str | None = element(el.text(1, 5).or_absent())
    browserUserAgent: str = element(el.text(1, 2048))


@dataclass(frozen=True, slots=True, kw_only=True)
class ARes:
    """Authentication response: what the bank says at once. `acsURL`: where the browser goes with the CReq."""

    messageType: ClassVar[str] = "ARes"
    messageVersion: str = element(KNOWN_VERSION)
    threeDSServerTransID: str = element(el.transaction_id())
    dsTransID: str = element(el.transaction_id())
    acsTransID: str = element(el.transaction_id())
    acsReferenceNumber: str = element(el.text(1, 32))
    acsOperatorID: str | None = element(el.text(1, 32).or_absent())
    dsReferenceNumber: str = element(el.text(1, 32))
    transStatus: str = element(el.one_of(*TRANS_STATUS))
    transStatusReason: str | None = element(el.codes(1, 35, ("80", "81", "82")).or_absent())
    eci: str | None = element(el.digits(2, 2).or_absent())
    authenticationValue: str | None = kept(el.octets(20).or_absent())
    authenticationType: str | None = element(el.codes(1, 4).or_absent())
    acsChallengeMandated: str | None = element(el.one_of("Y", "N").or_absent())
    acsDecConInd: str | None = element(el.one_of("Y", "N").or_absent())
    acsURL: str | None = element(el.url().or_absent())
    cardholderInfo: str | None = element(el.text(1, 128).or_absent())


@dataclass(frozen=True, slots=True, kw_only=True)
class CReq:
    """Challenge request: the browser brings it from the shop. `challengeWindowSize`: of the frame; 05 is the page."""

    messageType: ClassVar[str] = "CReq"
    messageVersion: str = element(KNOWN_VERSION)
    threeDSServerTransID: str = element(el.transaction_id())
    acsTransID: str = element(el.transaction_id())
    challengeWindowSize: str = element(el.codes(1, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class CRes:
    """Final challenge response: the browser takes it back to the shop, which believes the RReq and not this."""

    messageType: ClassVar[str] = "CRes"
    messageVersion: str = element(KNOWN_VERSION)
    threeDSServerTransID: str = element(el.transaction_id())
    acsTransID: str = element(el.transaction_id())
    transStatus: str = element(el.one_of("Y", "N", "U", "R"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RReq:
    """Results request: the bank tells the shop's 3DS server how the challenge ended.

    `authenticationMethod`: 02 a code by text message, 03 a card reader's, 07 to 09 out of band. `challengeCancel`: 01
    the cardholder, 04 the time, 05 no CReq came. `acsRenderingType`: `acsInterface` and `acsUiTemplate` (04 out of
    band, 05 HTML).
    """

    messageType: ClassVar[str] = "RReq"
    messageVersion: str = element(KNOWN_VERSION)
    messageCategory: str = element(el.codes(1, 2))
    threeDSServerTransID: str = element(el.transaction_id())
    dsTransID: str = element(el.transaction_id())
    acsTransID: str = element(el.transaction_id())
    transStatus: str = element(el.one_of(*TRANS_STATUS))
    transStatusReason: str | None = element(el.codes(1, 35, ("80", "81", "82")).or_absent())
    eci: str | None = element(el.digits(2, 2).or_absent())
    authenticationValue: str | None = kept(el.octets(20).or_absent())
    authenticationType: str | None = element(el.codes(1, 4).or_absent())
    authenticationMethod: str | None = element(el.codes(1, 10).or_absent())
    challengeCancel: str | None = element(el.codes(1, 8).or_absent())
    interactionCounter: str = element(el.digits(2, 2))
    acsRenderingType: Mapping[str, str] | None = element(el.nested().or_absent())


@dataclass(frozen=True, slots=True, kw_only=True)
class RRes:
    """Results response: the shop's 3DS server has it. `resultsStatus`: 01 received."""

    messageType: ClassVar[str] = "RRes"
    messageVersion: str = element(KNOWN_VERSION)
    threeDSServerTransID: str = element(el.transaction_id())
    dsTransID: str = element(el.transaction_id())
    acsTransID: str = element(el.transaction_id())
    resultsStatus: str = element(el.codes(1, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Erro:
    """Error: `errorCode` as in table A.4; `errorDetail` names the elements in question, and no value of one."""

    messageType: ClassVar[str] = "Erro"
    messageVersion: str = element(KNOWN_VERSION)
    threeDSServerTransID: str | None = element(OPTIONAL_ID)
    dsTransID: str | None = element(OPTIONAL_ID)
    acsTransID: str | None = element(OPTIONAL_ID)
    errorCode: str = element(el.digits(3, 3))
    errorComponent: str = element(el.one_of("C", "S", "D", "A"))
    errorDescription: str = element(el.text(1, 2048))
    errorDetail: str = element(el.text(1, 2048))
    errorMessageType: str | None = element(el.text(4, 4).or_absent())


Message3DS = AReq | ARes | CReq | CRes | RReq | RRes | Erro

MESSAGES: Final[tuple[type[Message3DS], ...]] = (AReq, ARes, CReq, CRes, RReq, RRes, Erro)
"""Every one that is written or read here."""
