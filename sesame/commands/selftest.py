"""Test the reader from the machine up to the card: one line a probe, with its verdict and what to do.

The board is claimed for it, so the service must not run; somebody should be there to look at the display and to press
every key once. No counter of a card moves, and nothing of a card but its answer to reset and its application is said.
`sesame doctor` is the same without touching the board. The exit code is 1 when a probe failed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from device.selftest.findings import Finding, Verdict, worst
from device.selftest.probes import Wish, examine
from device.selftest.world import RealWorld, World
from sesame.exits import CommandError, Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which machine, and how far."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--alone", action="store_true", help="nobody is there to look and to press keys")
    parser.add_argument("--simulated", action="store_true", help="test a simulated reader instead of this machine")
    parser.add_argument("--trouble", metavar="NAME", help="with --simulated: what is wrong with it; `list` lists them")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as they come."""
    return examined(arguments, Wish(person=not arguments.alone))


def examined(arguments: argparse.Namespace, wish: Wish) -> int:
    """Examine as wished, print, and give the exit code."""
    if arguments.trouble == "list":
        from simulator.surroundings import Trouble  # noqa: PLC0415 - only the simulation needs it

        sys.stdout.write("".join(f"{each.value}\n" for each in Trouble))
        return Exit.OK
    findings = []
    for finding in examine(_world(arguments), wish):
        findings.append(finding)
        if not arguments.json:
            sys.stdout.write(_line(finding))
            sys.stdout.flush()
    if arguments.json:
        sys.stdout.write(_object(findings))
    return Exit.FAILED if worst(findings) is Verdict.FAILED else Exit.OK


def _world(arguments: argparse.Namespace) -> World:
    if not arguments.simulated:
        return RealWorld(arguments.config)
    from simulator.surroundings import SimulatedWorld, Trouble  # noqa: PLC0415 - only the simulation needs it

    known = {each.value: each for each in Trouble}
    if arguments.trouble and arguments.trouble not in known:
        raise CommandError(Exit.USAGE, f"{arguments.trouble} is no trouble; there are: {', '.join(known)}")
    return SimulatedWorld(known.get(arguments.trouble))


def _line(finding: Finding) -> str:
    cure = f"\n{'':25}-> {finding.cure}" if finding.cure else ""
    return f"{finding.verdict.value:<9} {finding.probe:<14} {finding.said}{cure}\n"


def _object(findings: Sequence[Finding]) -> str:
    rows = [asdict(finding) | {"verdict": finding.verdict.value} for finding in findings]
    return json.dumps({"verdict": worst(findings).value, "findings": rows}, indent=2, ensure_ascii=False) + "\n"
