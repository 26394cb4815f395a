"""Those who work at the bank, in the books. Every function works in the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select, update

from bank.books.customers import credential_row
from bank.books.people import CredentialKind, PeopleError, Post, StaffMember
from bank.books.records import is_askable, show_controls, user_code
from bank.books.schema import CREDENTIALS, STAFF


def add_staff(connection: Connection, member: StaffMember, card_id: str, now_ms: int) -> StaffMember:
    """Take somebody in, with the card that makes the codes; the same with the number. Raises PeopleError for a code
    or name that cannot be kept, and IntegrityError when the code is taken or the card not issued."""
    if user_code(member.staff_code) != member.staff_code:
        raise PeopleError("a staff code has 8 letters and digits, in capitals")
    if not (0 < len(member.name) <= 200 and show_controls(member.name) == member.name):
        raise PeopleError("a name has 1 to 200 signs that can be shown")
    row = {"staff_code": member.staff_code, "name": member.name, "post": member.post.value, "since_ms": now_ms}
    made = _member(connection.execute(insert(STAFF).values(row).returning(STAFF)).mappings().one())
    card = credential_row(CredentialKind.CARD, card_id, now_ms)
    connection.execute(insert(CREDENTIALS).values(staff_id=made.staff_id, **card))
    return made


def find_staff(connection: Connection, staff_code: str) -> tuple[StaffMember, str] | None:
    """Who works here under that code, with the identifier of the card; nobody who has left."""
    if not is_askable(staff_code):
        return None
    joined = select(STAFF, CREDENTIALS.c.card_id).join(CREDENTIALS, CREDENTIALS.c.staff_id == STAFF.c.id)
    here = joined.where(STAFF.c.staff_code == staff_code, STAFF.c.until_ms.is_(None))
    live = here.where(CREDENTIALS.c.kind == CredentialKind.CARD.value, CREDENTIALS.c.until_ms.is_(None))
    row = connection.execute(live.order_by(CREDENTIALS.c.id.desc()).limit(1)).mappings().first()
    return (_member(row), row["card_id"]) if row else None


def find_staff_numbered(connection: Connection, staff_id: int) -> StaffMember | None:
    """Who works here under that number; nobody who has left."""
    query = select(STAFF).where(STAFF.c.id == staff_id, STAFF.c.until_ms.is_(None))
    row = connection.execute(query).mappings().first()
    return _member(row) if row else None


def list_staff(connection: Connection) -> Sequence[StaffMember]:
    """Everybody who works here, by code."""
    query = select(STAFF).where(STAFF.c.until_ms.is_(None)).order_by(STAFF.c.staff_code)
    return [_member(row) for row in connection.execute(query).mappings()]


def change_post(connection: Connection, staff_id: int, post: Post) -> bool:
    """Somebody works elsewhere in the bank from now on; False when nobody has that number."""
    return connection.execute(update(STAFF).where(STAFF.c.id == staff_id).values(post=post.value)).rowcount == 1


def end_staff(connection: Connection, staff_id: int, now_ms: int) -> bool:
    """Somebody leaves; False when he had left before."""
    here = update(STAFF).where(STAFF.c.id == staff_id, STAFF.c.until_ms.is_(None))
    return connection.execute(here.values(until_ms=now_ms)).rowcount == 1


def _member(row: RowMapping) -> StaffMember:
    return StaffMember(row["staff_code"], row["name"], Post(row["post"]), row["id"])
