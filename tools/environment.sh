# shellcheck shell=sh
# What `run`, `test` and `install` share: a Python that is new enough, and an environment of our own made with it.
# Sourced with `set -eu` and `checkout` set to the project's folder. Messages go to standard error and say what to do next.

: "${checkout:?}"
python= # the interpreter to use; empty for the first that will do
constraints= # a file of pip's, with versions; empty for none
wheelhouse= # a folder with all that is to be installed, where there is one; empty for the index alone

# Nothing of the caller's may turn Python into another one than we mean, hide our own modules from it, or keep it from
# starting: none of its variables counts. (-OO takes the help away, SAFEPATH the modules of this folder; a HASHSEED that is
# no number ends it.) What pip inherits, tools/pip_alone.py looks through.
for name in $(env | sed -n 's/^\(PYTHON[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
export PYTHONNOUSERSITE=1

# A standard stream that is closed would become whatever is opened next, or none.
{ true 3<&0; } 2>/dev/null || exec </dev/null
{ true 3>&1; } 2>/dev/null || exec >/dev/null
true 3>&2 || exec 2>/dev/null

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# May we install Debian packages without asking anybody? Prints the prefix to do it with ("" for root).
apt_prefix() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        echo sudo -n env
    else
        return 1
    fi
}

# apt_install PACKAGE...: true when they were installed.
apt_install() {
    prefix=$(apt_prefix) || return 1
    say "Installing with apt: $*"
    # shellcheck disable=SC2086  # the prefix is several words
    $prefix apt-get -qq update </dev/null >&2 &&
        $prefix DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" </dev/null >&2
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The first Python 3.11 or later on PATH that can make environments, else the first one at all.
first_python() {
    spare=
    for name in python3 python3.13 python3.12 python3.11; do
        path=$(command -v "$name" 2>/dev/null) || continue
        new_enough "$path" || continue
        has_venv "$path" && echo "$path" && return
        spare=${spare:-$path}
    done
    echo "$spare"
}

# Prints the path of a Python that can make environments; installs Debian's where that is allowed.
find_python() {
    python=$(first_python)
    if [ -n "$python" ] && has_venv "$python"; then
        echo "$python"
        return
    fi
    if [ -z "$python" ] && command -v python3 >/dev/null 2>&1; then
        fail "Python 3.11 or later is needed; this machine's python3 is $(python3 -V 2>&1)." \
            "Debian 12, Raspberry Pi OS bookworm and everything later have it; for macOS: https://www.python.org/downloads/"
    fi
    apt_install python3 python3-venv || fail "Python's venv module is missing. Type this line, then start again:" \
        "
    sudo apt install python3 python3-venv
"
    python=$(first_python)
    if [ -z "$python" ] || ! has_venv "$python"; then
        fail "python3-venv is installed, but this machine's python3 is older than 3.11."
    fi
    echo "$python"
}

# fingerprint ENVIRONMENT EXTRAS: what an environment depends on. It changes when the checkout is moved or copied, when
# the system's Python is upgraded under it, and when the project's requirements change.
fingerprint() {
    printf '%s\n%s\n%s\n' "$checkout" "$(readlink -f "$1/bin/python" || true)" "$2"
    cat "$checkout/setup.cfg" "$checkout/pyproject.toml"
}

# extras_of COMMAND: the extras of tools/extras.txt as pip wants them: a,b
extras_of() { awk -v command="$1" '$1 == command { printf "%s%s", comma, $2; comma = "," }' "$checkout/tools/extras.txt"; }

# ensure_environment ENVIRONMENT EXTRAS: does nothing, in a few milliseconds, when nothing changed.
ensure_environment() {
    [ -f "$1/installed" ] && fingerprint "$1" "$2" | cmp -s - "$1/installed" && return
    say "Preparing $1 (the first time takes a minute) ..."
    mask=$(umask)
    umask 022 # a service that the tests start as another user must be able to read it
    usable "$1" || make_environment "$1"
    rm -f "$1/installed"
    install_project "$1" "$2"
    fingerprint "$1" "$2" >"$1/installed"
    umask "$mask"
}

# usable ENVIRONMENT: it works, and it was not made for a checkout somewhere else.
usable() {
    works "$1" || return 1
    [ ! -f "$1/installed" ] || [ "$(head -n 1 "$1/installed")" = "$checkout" ]
}

# works ENVIRONMENT: its Python runs and sees its own pip; not so after the system's Python has become another one.
works() { "$1/bin/python" -I -c 'import pip, sys; assert sys.prefix in pip.__file__' 2>/dev/null; }

# The Python is the one named in `python`, if it is named.
make_environment() {
    python=${python:-$(find_python)}
    "$python" -m venv --clear "$1" || fail "$1 could not be made. Is the disk full, or the folder not yours to write?"
}

# Editable, so that an update of the checkout needs no second installation. From a wheel house (tools/wheelhouse.py), where
# the command that sources this names one that is there, and then from nowhere else.
install_project() {
    log=$1/pip.log
    environment=$1
    extras=$2
    rm -f "$log"
    set --
    [ -z "$wheelhouse" ] || [ ! -d "$wheelhouse" ] || set -- --no-index --find-links "$wheelhouse"
    "$environment/bin/python" "$checkout/tools/pip_alone.py" install --quiet --disable-pip-version-check --no-input --progress-bar off \
        --retries 2 --log "$log" "$@" ${constraints:+--constraint "$constraints"} --editable "${checkout}[$extras]" </dev/null >&2 && return
    if [ $# -gt 0 ]; then
        fail "The wheel house $wheelhouse has not all that is needed: it was made for another Python, another system" \
            "or another version of this project. Make it anew (python3 tools/wheelhouse.py), or take it away."
    fi
    if grep -qE 'CERTIFICATE_VERIFY_FAILED' "$log"; then
        fail "The Python package index's certificate was refused. Is this machine's date right? It says: $(date)"
    fi
    if grep -qE 'NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError' "$log"; then
        fail "The Python package index (pypi.org, or the one pip is configured for) cannot be reached." \
            "Connect this machine to the network, or give pip its index-url or proxy, and start again."
    fi
    fail "pip could not install the project; the reason is above and in $log."
}
