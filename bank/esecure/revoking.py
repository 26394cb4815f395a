"""What others ask about certificates, answered out of the books."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding

from bank.esecure.frame import EsecureFrame
from bank.pki.making import moment_of
from bank.pki.revocation import (
    answer_question,
    concerns_authority,
    make_crl,
    read_question,
    refuse_question,
    refuse_stranger,
)
from bank.pki.shelf import find_standing, list_revoked


@dataclass(frozen=True)
class RevocationDesk:
    """Every method raises StateError when the books cannot be used."""

    frame: EsecureFrame

    def give_issuer(self) -> bytes:
        """The issuing authority's certificate, DER."""
        return self.frame.open_authorities().issuing.certificate.public_bytes(Encoding.DER)

    def give_list(self) -> bytes:
        """The list of the revoked, DER, as it stands now."""
        issuing = self.frame.open_authorities().issuing
        with self.frame.reading() as (connection, now_ms):
            revoked = list_revoked(connection, now_ms)
        return make_crl(issuing, revoked, moment_of(now_ms)).public_bytes(Encoding.DER)

    def answer(self, octets: bytes) -> bytes:
        """The answer (OCSP, DER) to a question about one certificate. About one that the bank never issued it says that
        it does not answer, and not that it is good."""
        question = read_question(octets)
        if question is None:
            return refuse_question()
        issuing = self.frame.open_authorities().issuing
        if not concerns_authority(question, issuing):
            return refuse_stranger()
        with self.frame.reading() as (connection, now_ms):
            standing = find_standing(connection, question.serial_number)
        if standing is None:
            return refuse_stranger()
        return answer_question(issuing, question, standing, moment_of(now_ms))
