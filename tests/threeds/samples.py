"""Messages as a shop of another maker would write them: plain objects, not made with the bank's own classes."""

from typing import Any, Final

SERVER_ID: Final = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e"
ACS_ID: Final = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"
DS_ID: Final = "f25084f0-5b16-4c0a-ae5d-b24808a95e4b"
NUMBER: Final = "9999000000000012"
SHOP: Final = "http://127.0.0.1:8038"


def areq(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - anything may be wrong
    """An AReq; an element that is None is left out."""
    plain = {
        "messageType": "AReq",
        "messageVersion": "2.2.0",
        "messageCategory": "01",
        "deviceChannel": "02",
        "threeDSServerTransID": SERVER_ID,
        "threeDSServerRefNumber": "SESAME_DEMO_SHOP_1",
        "threeDSServerURL": f"{SHOP}/3ds/results",
        "threeDSCompInd": "U",
        "threeDSRequestorID": "DEMO-SHOP",
        "threeDSRequestorName": "La Papeterie du Méandre",
        "threeDSRequestorURL": f"{SHOP}/",
        "threeDSRequestorAuthenticationInd": "01",
        "acquirerBIN": "999900",
        "acquirerMerchantID": "meander",
        "acctNumber": NUMBER,
        "cardExpiryDate": "3112",
        "mcc": "5943",
        "merchantCountryCode": "250",
        "merchantName": "La Papeterie du Méandre",
        "purchaseAmount": "4199",
        "purchaseCurrency": "978",
        "purchaseExponent": "2",
        "purchaseDate": "20260921120000",
        "transType": "01",
        "notificationURL": f"{SHOP}/3ds/notification",
        "browserAcceptHeader": "text/html",
        "browserJavascriptEnabled": True,
        "browserLanguage": "fr-FR",
        "browserColorDepth": "24",
        "browserUserAgent": "Mozilla/5.0",
    }
    return {name: value for name, value in (plain | changed).items() if value is not None}


def creq(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """A CReq."""
    plain = {
        "messageType": "CReq",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": SERVER_ID,
        "acsTransID": ACS_ID,
        "challengeWindowSize": "02",
    }
    return {name: value for name, value in (plain | changed).items() if value is not None}
