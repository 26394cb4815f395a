"""Test the reader from the machine up to the card: one line a probe, with its verdict and what to do.

The board is claimed for it, so the service must not run; somebody should be there to look at the display, to listen,
and to press every key once: what is wanted and what was seen is said on standard error and on the display itself. No
counter of a card moves, and nothing of a card but its answer to reset and its applications is said.
`sesame doctor` is the same without touching the board. The exit code is 1 when a probe failed.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from device.config import load_config
from device.selftest.findings import Finding, Verdict, worst_verdict
from device.selftest.ports import World
from device.selftest.probes import ProbeOptions, run_probes
from device.selftest.verdict import show_verdict
from sesame.answers import add_json_argument, say_result
from sesame.exits import CommandError, Exit
from sesame.parsing import is_whole

SECOND = 1_000
LONGEST_SHOW = 7 * 24 * 3_600


def parse_seconds(text: str) -> int:
    """A whole number of seconds, up to a week. Raises argparse.ArgumentTypeError."""
    if not is_whole(text, 1, LONGEST_SHOW):
        raise argparse.ArgumentTypeError(f"a whole number of seconds, from 1 to {LONGEST_SHOW}")
    return int(text)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which machine, and how far."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    add_json_argument(
        parser,
        verdict="text: the gravest of all, `ok`, `warning` or `failed`",
        findings="list: in the order of the probes, described in docs/selftest.md",
        troubles="list: of `--trouble list`, the names",
    )
    parser.add_argument("--alone", action="store_true", help="nobody is there to look and to press keys")
    parser.add_argument(
        "--show",
        type=parse_seconds,
        default=0,
        metavar="SECONDS",
        help="at the end, how many probes failed and which stands on the display for so long",
    )
    parser.add_argument("--simulated", action="store_true", help="test a simulated reader instead of this machine")
    parser.add_argument(
        "--trouble",
        action="append",
        default=[],
        metavar="NAME",
        help="with --simulated: what is wrong with it; may be given several times; `list` lists them",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as they come."""
    return examine_machine(arguments, ProbeOptions(tell=None if arguments.alone else _tell_person))


def examine_machine(arguments: argparse.Namespace, wish: ProbeOptions) -> int:
    """Examine as wished, print, and give the exit code."""
    if "list" in arguments.trouble:
        return _list_troubles(arguments)
    findings = []
    world = _make_world(arguments)
    for finding in run_probes(world, wish):
        findings.append(finding)
        if not arguments.json:
            sys.stdout.write(_format_finding(finding))
            sys.stdout.flush()
    exit_code = Exit.FAILED if worst_verdict(findings) is Verdict.FAILED else Exit.OK
    if arguments.json:
        rows = [asdict(finding) | {"verdict": finding.verdict.value} for finding in findings]
        say_result(arguments, exit_code, verdict=worst_verdict(findings).value, findings=rows)
    else:
        sys.stdout.write(_format_summary(findings))
        sys.stdout.flush()
    if wish.touch and arguments.show:
        show_verdict(world, findings, arguments.show * SECOND)
    return exit_code


def _list_troubles(arguments: argparse.Namespace) -> int:
    from simulator.troubles import Trouble  # noqa: PLC0415 - only the simulation needs it

    names = [each.value for each in Trouble]
    if arguments.json:
        say_result(arguments, Exit.OK, troubles=names)
    else:
        sys.stdout.write("".join(f"{name}\n" for name in names))
    return Exit.OK


def _make_world(arguments: argparse.Namespace) -> World:
    if not arguments.simulated:
        if arguments.trouble:
            raise CommandError(Exit.USAGE, "--trouble needs --simulated: nothing is broken on a real machine")
        from device.selftest.world import RealWorld  # noqa: PLC0415 - the hardware's libraries

        return RealWorld(arguments.config)
    from simulator.surroundings import SimulatedWorld  # noqa: PLC0415 - only the simulation needs it
    from simulator.troubles import Trouble  # noqa: PLC0415

    known = {each.value: each for each in Trouble}
    unknown = [name for name in arguments.trouble if name not in known]
    if unknown:
        raise CommandError(Exit.USAGE, f"{unknown[0]} is no trouble; there are: {', '.join(known)}")
    config = load_config(arguments.config) if arguments.config else None
    return SimulatedWorld(*(known[name] for name in arguments.trouble), config=config)


def _tell_person(sentence: str) -> None:
    sys.stderr.write(f"{'':10}... {sentence}\n")
    sys.stderr.flush()


def _format_finding(finding: Finding) -> str:
    word = "FAILED" if finding.verdict is Verdict.FAILED else finding.verdict.value
    cure = f"\n{'':25}-> {finding.cure}" if finding.cure else ""
    return f"{word:<9} {finding.probe:<14} {finding.said}{cure}\n"


def _format_summary(findings: Sequence[Finding]) -> str:
    """The last line: how many, and which to look at."""
    wrong = [each.probe for each in findings if each.verdict is Verdict.FAILED]
    if wrong:
        return f"\n{len(wrong)} failed: {', '.join(dict.fromkeys(wrong))}\n"
    left_out = sum(each.verdict is Verdict.LEFT_OUT for each in findings)
    return "\nnothing is wrong" + (f"; {left_out} left out\n" if left_out else "\n")
