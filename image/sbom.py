"""The list of parts of a card, as SPDX 2.3 in JSON: every Debian package and every wheel, with its SHA-256.

The same lists make the same bytes: neither a time of today nor a random number is in it.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from image.lock.packages import Package
from image.lock.wheels import Wheel
from image.shell import EPOCH


def write_sbom(name: str, card: str, version: str, packages: Sequence[Package], wheels: Sequence[Wheel]) -> str:
    """SPDX 2.3, clauses 6 and 7. `card`: SHA-256 of the card's file, which makes the document's own name."""
    parts = [_debian(package) for package in packages] + [_wheel(wheel) for wheel in wheels]
    image = _part(name, version, f"pkg:generic/{name}@{version}", card)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"urn:sesame:card:{card}",
        "creationInfo": {
            "created": datetime.fromtimestamp(EPOCH, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: image/build"],
        },
        "packages": [image, *parts],
        "relationships": [
            _relation("SPDXRef-DOCUMENT", "DESCRIBES", image["SPDXID"]),
            *(_relation(image["SPDXID"], "CONTAINS", part["SPDXID"]) for part in parts),
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _debian(package: Package) -> dict[str, object]:
    address = f"pkg:deb/debian/{package.name}@{package.version}?arch={package.architecture}&distro=trixie"
    return _part(package.name, package.version, address, package.digest)


def _wheel(wheel: Wheel) -> dict[str, object]:
    return _part(wheel.name, wheel.version, f"pkg:pypi/{wheel.name}@{wheel.version}", wheel.digest)


def _part(name: str, version: str, address: str, digest: str) -> dict[str, object]:
    kind = address.partition("/")[0].removeprefix("pkg:")
    return {
        "SPDXID": f"SPDXRef-{kind}-{''.join(letter if letter.isalnum() else '-' for letter in name)}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": address}
        ],
    }


def _relation(one: object, kind: str, other: object) -> dict[str, object]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
