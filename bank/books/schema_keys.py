"""Tables of the access keys of business customers: authorities, keys, their certificates, and how one signs in.

`authorities`: root, issuing and maker, each with its private key sealed by the vault. `access_keys`: each key that the
maker made, with the certificate of its attestation key. `activation_codes`: under the vault's index key.
`certificates`: every one that was issued, whatever became of it. `security_numbers`: scrypt, sealed. `number_entries`:
a virtual keyboard while somebody types on it. `business_sessions`: a token's hash with the certificate it is bound to.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from bank.books.schema_columns import METADATA, NUMBER, customer_column, moment_column, number_column, word_column

AUTHORITIES = Table(
    "authorities",
    METADATA,
    Column("name", String(32), primary_key=True),  # root, issuing, maker
    Column("certificate", LargeBinary, nullable=False),  # DER
    Column("sealed", LargeBinary, nullable=False),  # the private key
    moment_column("since_ms"),
)

ACCESS_KEYS = Table(
    "access_keys",
    METADATA,
    number_column(),
    Column("serial", BigInteger, nullable=False, unique=True),
    Column("certificate", LargeBinary, nullable=False),  # of its attestation key, by the maker
    word_column("state", 16),  # made, issued, lost, withdrawn
    customer_column(nullable=True),
    Column("signing_key", LargeBinary, nullable=True),  # slot 9C, as SubjectPublicKeyInfo
    word_column("holder", 140, nullable=True),
    word_column("email", 320, nullable=True),
    word_column("telephone", 32, nullable=True),
    moment_column("made_ms"),
    moment_column("changed_ms"),
    moment_column("registered_ms", nullable=True),
    Index("access_keys_by_customer", "customer_id"),
)

ACTIVATION_CODES = Table(
    "activation_codes",
    METADATA,
    number_column(),
    Column("key_id", NUMBER, ForeignKey("access_keys.id"), nullable=False),
    customer_column(),
    word_column("code_index", 64),
    Column("tries", Integer, nullable=False),
    moment_column("created_ms"),
    moment_column("until_ms"),
    moment_column("used_ms", nullable=True),
    Index("activation_codes_by_customer", "customer_id", "id"),
)

CERTIFICATES = Table(
    "certificates",
    METADATA,
    number_column(),
    Column("serial", String(40), nullable=False, unique=True),  # hexadecimal, as openssl writes it
    Column("key_id", NUMBER, ForeignKey("access_keys.id"), nullable=False),
    customer_column(),
    word_column("fingerprint", 64),
    Column("certificate", LargeBinary, nullable=False),  # DER
    word_column("state", 16),  # issued, active, revoked
    moment_column("since_ms"),
    moment_column("until_ms"),
    moment_column("first_used_ms", nullable=True),
    moment_column("revoked_ms", nullable=True),
    word_column("reason", 32, nullable=True),  # of RFC 5280, 5.3.1
    Index("certificates_by_key", "key_id", "id"),
    Index("certificates_by_state", "state", "until_ms"),
)

SECURITY_NUMBERS = Table(
    "security_numbers",
    METADATA,
    Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("posted", Boolean, nullable=False),  # by the bank, not yet by the customer
    Column("failures", Integer, nullable=False),
    moment_column("used_ms", nullable=True),
    moment_column("since_ms"),
)

NUMBER_ENTRIES = Table(
    "number_entries",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    customer_column(),
    Column("certificate_id", NUMBER, ForeignKey("certificates.id"), nullable=False),
    word_column("purpose", 16),  # log-on, personalise
    Column("sealed", LargeBinary, nullable=False),  # the keyboard and what was typed on it
    Column("step", Integer, nullable=False),
    moment_column("until_ms"),
    Index("number_entries_by_end", "until_ms"),
)

BUSINESS_SESSIONS = Table(
    "business_sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    customer_column(),
    Column("certificate_id", NUMBER, ForeignKey("certificates.id"), nullable=False),
    word_column("stage", 16),  # personalise, details, open
    moment_column("created_ms"),
    moment_column("seen_ms"),
    moment_column("until_ms"),
    Column("farewell_hash", String(64), nullable=True),  # by which the launcher that opened the browser may end it
    Index("business_sessions_by_end", "until_ms"),
    Index("business_sessions_by_farewell", "farewell_hash"),
)
