"""Shell completion, written out for bash, zsh and fish from the tree of commands."""

import shlex
from collections.abc import Callable, Iterable, Iterator

from sesame.completion_tree import Node, Option, Takes

MADE = "# Made by `sesame completion`; make it again when sesame changes."

BASH = """\
{made}
_sesame() {{
    local place=sesame at current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words=
    for ((at = 1; at < COMP_CWORD; at++)); do
        case "$place ${{COMP_WORDS[at]}}" in
            {nodes}) place="$place ${{COMP_WORDS[at]}}" ;;
        esac
    done
    COMPREPLY=()
    case "$place $previous" in
{values}
    esac
    case "$place" in
{paths}
    esac
}}
complete -F _sesame sesame
"""

ZSH = """\
#compdef sesame
{made}
_sesame() {{
    local place=sesame at
    for ((at = 2; at < CURRENT; at++)); do
        case "$place $words[at]" in
            {nodes}) place="$place $words[at]" ;;
        esac
    done
    case "$place $words[CURRENT-1]" in
{values}
    esac
    case "$place" in
{paths}
    esac
}}
compdef _sesame sesame
"""

FISH = """\
{made}
function __sesame_path
    set -l place sesame
    for word in (commandline -opc)[2..-1]
        if contains -- "$place $word" {nodes}
            set place "$place $word"
        end
    end
    echo $place
end
complete -c sesame -f
{lines}
"""


def write_bash(top: Node) -> str:
    """For bash: source it, or put it into /usr/share/bash-completion/completions/sesame."""
    return _by_case(BASH, top, _bash_offer)


def write_zsh(top: Node) -> str:
    """For zsh: put it as _sesame into a folder of $fpath, or source it after compinit."""
    return _by_case(ZSH, top, _zsh_offer)


def write_fish(top: Node) -> str:
    """For fish: put it into ~/.config/fish/completions/sesame.fish."""
    lines = [line for node in top.walk() for line in _fish_lines(node)]
    return FISH.format(made=MADE, nodes=" ".join(_inner_paths(top)), lines="\n".join(lines))


SHELLS: dict[str, Callable[[Node], str]] = {"bash": write_bash, "zsh": write_zsh, "fish": write_fish}


def _by_case(template: str, top: Node, offer: Callable[[Iterable[str], Takes], str]) -> str:
    values, paths = [], []
    for node in top.walk():
        for option in node.options:
            if option.takes is not Takes.NOTHING:
                names = "|".join(shlex.quote(" ".join((*node.path, name))) for name in option.names)
                values.append(f"        {names}) {offer(option.words, option.takes)}return ;;")
        paths.append(f"        {shlex.quote(' '.join(node.path))}) {offer(_list_offers(node), node.takes)};;")
    return template.format(
        made=MADE, nodes="|".join(_inner_paths(top)), values="\n".join(values), paths="\n".join(paths)
    )


def _inner_paths(top: Node) -> Iterator[str]:
    """Every path but the first, quoted."""
    return (shlex.quote(" ".join(node.path)) for node in top.walk() if node is not top)


def _list_offers(node: Node) -> Iterator[str]:
    yield from (below.path[-1] for below in node.nodes)
    yield from node.words
    yield from (name for option in node.options for name in option.names if name.startswith("--"))


def _bash_offer(words: Iterable[str], takes: Takes) -> str:
    listed = shlex.quote(" ".join(words))
    files = {Takes.FILE: "-f ", Takes.FOLDER: "-d "}.get(takes, "")
    return f'mapfile -t COMPREPLY < <(compgen {files}-W {listed} -- "$current"); '


def _zsh_offer(words: Iterable[str], takes: Takes) -> str:
    listed = " ".join(map(shlex.quote, words))
    files = {Takes.FILE: "_files; ", Takes.FOLDER: "_files -/; "}.get(takes, "")
    return (f"compadd -- {listed}; " if listed else "") + files


def _fish_lines(node: Node) -> Iterator[str]:
    condition = f"test (__sesame_path) = {shlex.quote(' '.join(node.path))}"
    here = f"complete -c sesame -n {shlex.quote(condition)}"
    for below in node.nodes:
        yield f"{here} -a {shlex.quote(below.path[-1])} -d {shlex.quote(below.help)}"
    if node.words:
        yield f"{here} -a {shlex.quote(' '.join(node.words))}"
    if node.takes is not Takes.NOTHING:
        yield f"{here} -F"
    yield from (f"{here} {_fish_option(option)}" for option in node.options)


def _fish_option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    wants = {Takes.NOTHING: [], Takes.ANYTHING: ["-x"], Takes.FILE: ["-r", "-F"], Takes.FOLDER: ["-r", "-F"]}
    words = [f"-a {shlex.quote(' '.join(option.words))}"] if option.words else []
    return " ".join([*names, *wants[option.takes], *words, f"-d {shlex.quote(option.help)}"])
