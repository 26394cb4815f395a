"""pip into the environment whose Python runs this, whatever else the user's settings would make of it.

Of the user's pip.conf and PIP_ variables only what leads to the packages counts: the index, its certificates, the
proxy. The rest (user = true, target, prefix, python, no-deps, dry-run, require-hashes, ...) is meant for other
installations, and would put ours elsewhere, or nowhere, without an error. Of PYTHON variables none counts.

It needs nothing but Python's own library, and none of ours: `python tools/pip_alone.py install ...`
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

WAY = frozenset(
    {
        "cache-dir",
        "cert",
        "client-cert",
        "default-timeout",
        "extra-index-url",
        "find-links",
        "index-url",
        "keyring-provider",
        "no-cache-dir",
        "no-index",
        "only-binary",
        "prefer-binary",
        "proxy",
        "resume-retries",
        "retries",
        "timeout",
        "trusted-host",
        "use-deprecated",
        "use-feature",
    }
)
"""The settings of pip that say how packages are reached, and none that says where they go."""


def main(arguments: Sequence[str]) -> int:
    """pip's own exit status."""
    pip = [sys.executable, "-I", "-m", "pip"]
    bare = plain(os.environ)
    listing = [*pip, "config", "list"]
    listed = subprocess.run(listing, env=bare, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  written here
    if listed.returncode:
        return listed.returncode  # it has said which of its files it cannot read
    environment = bare | way_of(listed.stdout.splitlines()) | {"PIP_CONFIG_FILE": os.devnull}
    return subprocess.run([*pip, *arguments], env=environment, check=False).returncode  # noqa: S603  as its caller wrote it


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without what changes Python itself, and with what of pip's leads to the packages."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("PYTHON", "PIP_")) or name == "PIP_CONFIG_FILE" or _key(name) in WAY
    }


def way_of(listed: Iterable[str]) -> dict[str, str]:
    """As variables, what pip's files say of the way to the packages. `listed`: lines of `pip config list`.

    A setting for one command (install.index-url) goes over the general one; a variable of the user's is among them as
    `:env:.index-url` and goes over both, as in pip itself.
    """
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed:
        name, _, quoted = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in found and key in WAY:
            found[section][key] = str(ast.literal_eval(quoted))
    merged = found["global"] | found["install"] | found[":env:"]
    return {f"PIP_{key.upper().replace('-', '_')}": value for key, value in merged.items()}


def _key(variable: str) -> str:
    return variable.removeprefix("PIP_").lower().replace("_", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
