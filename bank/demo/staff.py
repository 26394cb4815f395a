"""The demonstration's advisers: one at each post, each with a card of the gallery."""

from typing import Final

from sqlalchemy import Connection

from bank.books.people import Post, StaffMember
from bank.people.staff import add_staff, list_staff

STAFF: Final = (
    (StaffMember("AGENCE01", "Camille Laurent", Post.AGENCY), "mastercard-cap"),
    (StaffMember("CENTRE01", "Sacha Petit", Post.CUSTOMER_CENTRE), "t1"),
    (StaffMember("EAGENCE1", "Noa Girard", Post.E_AGENCY), "padded"),
)


def furnish_staff(connection: Connection, now_ms: int) -> None:
    """Take in whoever is not there yet."""
    there = {member.staff_code for member in list_staff(connection)}
    for member, card in STAFF:
        if member.staff_code not in there:
            add_staff(connection, member, card, now_ms)
