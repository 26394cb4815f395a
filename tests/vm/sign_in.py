"""Signs in to Coop@net as a browser does, inside the machine: `python3 sign_in.py URL USER CODE` says what came of it.

Standard library only: the machine has nothing else, and no network to fetch it from.
"""

import re
import sys
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

FORBIDDEN = 403


def sign_in(url: str, user: str, code: str) -> str:
    """ "signed in" or "refused"."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = f"{url}/fr/sesame"
    mark = re.search(r'name="mark" value="(\w+)"', browser.open(form).read().decode())
    assert mark
    given = urlencode({"user": user, "code": code, "mark": mark[1]}).encode()
    try:
        with browser.open(form, given) as answer:
            return "signed in" if answer.url.endswith("/fr/accounts") else answer.url
    except HTTPError as error:
        error.close()
        return "refused" if error.code == FORBIDDEN else str(error)


if __name__ == "__main__":
    sys.stdout.write(sign_in(*sys.argv[1:]) + "\n")
