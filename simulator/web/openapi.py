"""The description of the verbs (OpenAPI 3.1): the page of the verbs is made from it, and the tests that fuzz them."""

from typing import Any, Final

from bank.cards.words import LANGUAGES as CARD_LANGUAGES
from sesame_core.events import Battery, Key
from sesame_core.reader.state import Phase
from sesame_core.reader.words import LANGUAGES

Json = dict[str, Any]

TITLE: Final = "The simulated Sésame reader"
MOST_KEYS: Final = 32
"""How many keys one request may press."""

MOST_WORDS: Final = 3
LONGEST_WORD: Final = 120
"""Of a statement about the telephone or the bank."""

MOST_KEY_WORDS: Final = 33
"""Of a statement about the access key: a verb and as many keys as are pressed at once."""

MOST_SCALE: Final = 8
"""How many screen pixels a pixel of a screenshot may have, each way."""


def describe_api() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": "Keys, card and glass of the reader on this page."},
        "servers": [{"url": "/api"}],
        "paths": {**_readings(), **_doings()},
        "components": {"schemas": SCHEMAS},
    }


def _readings() -> Json:
    return {
        "/state": {"get": _reads("How the reader is.", "State")},
        "/glass": {"get": _reads("The glass as rows of bits.", "Glass")},
        "/screenshot.png": {"get": _screenshot()},
        "/gallery": {"get": _reads("The cards there are, with the PIN of each for the demonstration.", "Gallery")},
        "/trace": {"get": _reads("What card and reader said last; a PIN's digits are stars.", "Trace")},
        "/events": {"get": _events()},
        "/phone": {"get": _of_phone("How the simulated telephone is.", None), "post": _of_phone(ON_PHONE, WORDS)},
        "/messages": {"get": _list_messages()},
        "/bank": {"post": _of_phone(AT_BANK, WORDS)},
        **_of_key(),
    }


def _doings() -> Json:
    pressed = _does(
        "Press keys one after the other; answered when the last is let go.",
        PRESS,
        {429: "Too many presses are waiting."},
    )
    inserted = _does("Put a card of the gallery in.", INSERT, {404: "No such card.", 409: "A card is in already."})
    return {
        "/press": {"post": pressed},
        "/insert": {"post": inserted},
        "/pull": {"post": _does("Take the card out; harmless when there is none.", NOTHING)},
        "/next": {
            "post": _does("The next customer: card out, everybody signed off, cards and accounts as at first.", NOTHING)
        },
        "/unplug": {"post": _does("Take the smart-card reader away.", NOTHING)},
        "/plug": {"post": _does("Bring the smart-card reader back.", NOTHING)},
    }


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _list(items: Json, **more: int) -> Json:
    return {"type": "array", "items": items, **more}


TEXT: Final[Json] = {"type": "string"}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
FLAG: Final[Json] = {"type": "boolean"}
NOTHING: Final = _object()
DESCRIBED: Final = _object(**dict.fromkeys(CARD_LANGUAGES, TEXT))
"""What a card stands for, by language."""
PRESS: Final = _object(keys=_list({"enum": [key.value for key in Key]}, minItems=1, maxItems=MOST_KEYS))
WORDS: Final = _object(
    words=_list({"type": "string", "maxLength": LONGEST_WORD}, minItems=1, maxItems=MOST_WORDS)
    | {"examples": [["approve"], ["code", "4711"]]}
)
ON_PHONE: Final = (
    "What a script says after `phone`: `activate`, `approve`, `refuse`, `fraud`, `code`, `offline`, `online`."
)
AT_BANK: Final = "What a script says after `bank`: `transfer` with amount and payee, `lift`."
KEY_WORDS: Final = _object(
    words=_list({"type": "string", "maxLength": LONGEST_WORD}, minItems=1, maxItems=MOST_KEY_WORDS)
    | {"examples": [["plug"], ["press", "1", "OK"]]}
)
ON_KEY: Final = "What a script says after `key`: `plug`, `unplug`, `press`, `launch`, `choose`, `enrol`, `tray` ..."
ON_SITE: Final = "What a script says after `site`: `open`, `fill`, `press`, `follow`, `number`."
INSERT: Final = _object(card={"type": "string", "examples": ["bank-card"]})

SCHEMAS: Final[Json] = {
    "State": _object(
        phase={"enum": [phase.value for phase in Phase]},
        says={"type": "string", "description": "The sentences on the glass; never a code."},
        code_shown=FLAG,
        language={"enum": list(LANGUAGES)},
        battery={"enum": [battery.value for battery in Battery]},
        card={"type": ["string", "null"], "description": "The card of the gallery in the slot."},
        plugged={"type": "boolean", "description": "Whether the smart-card reader is there."},
        dark_in={"type": ["integer", "null"], "minimum": 0, "description": "Milliseconds until the glass goes dark."},
    ),
    "Glass": _object(
        width=COUNT,
        height=COUNT,
        rows=_list({"type": "string", "pattern": "^[0-9a-f]+$", "description": "A row's bits, the leftmost first."}),
    ),
    "Gallery": _object(
        cards=_list(_object(name=TEXT, pin=TEXT, described=_object(**dict.fromkeys(CARD_LANGUAGES, TEXT))))
    ),
    "Trace": _object(
        exchanges=_list(
            _object(
                number=COUNT,
                command={"type": "string", "pattern": "^[0-9A-F*]*$"},
                response={"type": "string", "pattern": "^[0-9A-F]*$"},
            )
        )
    ),
    "Phone": _object(
        activated=FLAG,
        online=FLAG,
        waiting=COUNT,
        says={"type": "string", "description": "The sentences on the telephone's screen."},
        operation={
            "type": ["object", "null"],
            "properties": {"kind": TEXT, "state": TEXT},
            "required": ["kind", "state"],
            "description": "The customer's latest operation, as the bank has it.",
        },
    ),
    "Messages": _object(messages=_list(_object(to=TEXT, by={"enum": ["sms", "mail"]}, text=TEXT, at_ms=COUNT))),
    "Desk": _object(
        key=_object(
            phase=TEXT,
            says=TEXT,
            plugged=FLAG,
            dark_in={"type": ["integer", "null"], "minimum": 0},
            version={"type": "integer", "minimum": 1, "description": "The number of the program that the key runs."},
        ),
        manner={"enum": ["automatic", "asks", "manual"]},
        asks=FLAG,
        launcher={"type": ["object", "null"], "description": "What the launcher's window shows."},
        drive={"type": "string", "description": "The key's CD-ROM, as the PC names it; empty without a key."},
        files=_list(TEXT),
        browser={"type": "string", "description": "The address in the PC's browser; empty while it is closed."},
        copied={"type": "string", "description": "What the launcher has put where it can be pasted."},
        offered={"type": "integer", "minimum": 1, "description": "The number of the program that the bank offers."},
    ),
    "Letters": _object(user=TEXT, serial=COUNT, code=TEXT, number=TEXT),
    "Error": _object(error=TEXT),
}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _answer(meaning: str, content: Json) -> Json:
    return {"description": meaning, "content": content}


def _plain(meaning: str) -> Json:
    return _answer(meaning, {"text/plain": {"schema": TEXT}})


def _guarded() -> Json:
    """What any request may be answered."""
    return {
        "403": _plain("Another site asks."),
        "421": _plain("Asked by another name than this machine's own."),
        "503": _answer("The reader has ended.", _json("Error")),
    }


def _reads(meaning: str, schema: str) -> Json:
    return {"summary": meaning, "responses": {"200": _answer("So it is.", _json(schema)), **_guarded()}}


def _screenshot() -> Json:
    scale = {"type": "integer", "minimum": 1, "maximum": MOST_SCALE, "default": 4}
    return {
        "summary": "The glass as a PNG file.",
        "parameters": [{"name": "scale", "in": "query", "description": "Its pixels' size.", "schema": scale}],
        "responses": {
            "200": _answer("The picture.", {"image/png": {"schema": {"type": "string", "format": "binary"}}}),
            "400": _answer("No such scale.", _json("Error")),
            **_guarded(),
        },
    }


def _events() -> Json:
    return {
        "summary": "What changes, as server-sent events: `glass` and `state` as their schemas have it, `exchange`, "
        "`anew` for the next customer, and `here` when nothing else was said for 5 s.",
        "responses": {"200": _answer("A stream without end.", {"text/event-stream": {"schema": TEXT}}), **_guarded()},
    }


def _list_messages() -> Json:
    answers = {"200": _answer("So it is.", _json("Messages")), "404": _answer("There is no telephone.", _json("Error"))}
    return {"summary": "What the bank sent to its customers last.", "responses": {**answers, **_guarded()}}


def _of_phone(meaning: str, body: Json | None) -> Json:
    """About the telephone: without one there is nothing to ask."""
    answers = {"200": _answer("So it is.", _json("Phone")), "404": _answer("There is no telephone.", _json("Error"))}
    if body is None:
        return {"summary": meaning, "responses": {**answers, **_guarded()}}
    done = _does(meaning, body, {409: "The telephone or the bank does not do that now."})
    return {**done, "responses": {**done["responses"], **answers}}


def _does(meaning: str, body: Json, errors: dict[int, str] | None = None) -> Json:
    refusals = {400: "The body is not as described.", 415: "The body is not JSON.", **(errors or {})}
    return {
        "summary": meaning,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": _answer("Done; so it is now.", _json("State")),
            **{str(status): _answer(why, _json("Error")) for status, why in refusals.items()},
            "411": _plain("The body's length is not told."),
            "413": _plain("The body is too long."),
            **_guarded(),
        },
    }


def _of_key() -> Json:
    """About the access key: without one there is nothing to ask."""
    none = {"404": _answer("There is no access key.", _json("Error"))}

    def reads(meaning: str, schema: str) -> Json:
        told = _reads(meaning, schema)
        return {"get": {**told, "responses": {**told["responses"], **none}}}

    def does(meaning: str) -> Json:
        done = _does(meaning, KEY_WORDS, {409: "The key, its PC or the site does not do that now."})
        answers = {**done["responses"], "200": _answer("Done; so it is now.", _json("Desk")), **none}
        return {"post": {**done, "responses": answers}}

    stream = _answer("A stream without end.", {"text/event-stream": {"schema": TEXT}})
    events = {
        "summary": "What changes on the key's desk: `glass` and `desk` as their schemas have it, and `here`.",
        "responses": {"200": stream, **none, **_guarded()},
    }
    return {
        "/key": {**reads("How the access key, its PC and the launcher are.", "Desk"), **does(ON_KEY)},
        "/key/glass": reads("The access key's glass as rows of bits.", "Glass"),
        "/key/letters": reads("What came by post: user ID, activation code, security number.", "Letters"),
        "/key/events": {"get": events},
        "/site": does(ON_SITE),
    }
