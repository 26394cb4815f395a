"""What tests take from npm: packages of the versions that are locked beside them, kept in `.cache`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def absent(reason: str) -> None:
    """Leave the test out, with the reason; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def install_parts(folder: Path, package: str) -> Path:
    """Where that package is, which `folder` has a `package.json` and a lock for; brought by npm where it is not."""
    modules = ROOT / ".cache" / folder.name
    locked = json.loads((folder / "package-lock.json").read_text())["packages"][f"node_modules/{package}"]["version"]
    found = modules / "node_modules" / package
    if not found.exists() or json.loads((found / "package.json").read_text())["version"] != locked:
        if shutil.which("npm") is None:
            absent(f"npm is not installed (Debian: npm): no {package}")
        modules.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, modules)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=modules, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            absent(f"npm could not bring {package}: {done.stderr.strip()[-300:]}")
    return found
