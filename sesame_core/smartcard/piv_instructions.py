"""The instructions of the access key's card, beside those of every card (`Ins`)."""

from enum import IntEnum


class PivIns(IntEnum):
    """PIV (NIST SP 800-73-5 part 2, table 2), and from F7 on the extensions that Yubico documents (docs.yubico.com, PIV
    commands)."""

    GENERATE_KEY = 0x47
    GENERAL_AUTHENTICATE = 0x87
    GET_DATA_OBJECT = 0xCB
    PUT_DATA = 0xDB
    MOVE_KEY = 0xF6
    GET_METADATA = 0xF7
    GET_SERIAL = 0xF8
    ATTEST = 0xF9
    RESET = 0xFB
    GET_VERSION = 0xFD
    IMPORT_KEY = 0xFE
    SET_MANAGEMENT_KEY = 0xFF
