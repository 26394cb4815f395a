"""What tests take from npm: packages of the versions that are locked beside them, kept in `.cache`."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

from tests.left_out import leave_out

ROOT = Path(__file__).parents[1]


def install_parts(folder: Path, package: str) -> Path:
    """Where that package is, which `folder` has a `package.json` and a lock for; brought by npm where it is not, by one
    test process at a time: `npm ci` empties the folder first, and another one may be reading there."""
    modules = ROOT / ".cache" / folder.name
    locked = json.loads((folder / "package-lock.json").read_text())["packages"][f"node_modules/{package}"]["version"]
    found = modules / "node_modules" / package
    modules.mkdir(parents=True, exist_ok=True)
    with modules.with_name(f"{modules.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _version_of(found) != locked:
            _bring_parts(folder, modules, package)
    return found


def _version_of(package: Path) -> str | None:
    """None when it is not there whole."""
    described = package / "package.json"
    return str(json.loads(described.read_text())["version"]) if described.exists() else None


def _bring_parts(folder: Path, modules: Path, package: str) -> None:
    if shutil.which("npm") is None:
        leave_out(f"npm is not installed (Debian: npm): no {package}")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, modules)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=modules, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        leave_out(f"npm could not bring {package}: {done.stderr.strip()[-300:]}")
