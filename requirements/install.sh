#!/bin/sh
# Makes .venv from the locked requirements. Run by `make venv`, from the project's root.
# Needs Python 3.11 or newer and nothing else; does nothing when nothing has changed.
set -eu

venv=.venv
python=$venv/bin/python
stamp=$venv/installed

fail() {
    printf '\nSet-up failed: %s\nRemedy: %s\n' "$1" "$2" >&2
    exit 1
}

# What .venv was made from: the locks, the command's package, this place and this script.
fingerprint() {
    pwd -P
    cksum requirements/install.sh requirements/uv.txt requirements/dev.txt
    if [ -f cli/pyproject.toml ]; then cksum cli/pyproject.toml; fi
}

if [ -f "$stamp" ] && [ "$(fingerprint)" = "$(cat "$stamp")" ] && "$python" -c '' 2>/dev/null; then
    exit 0
fi

# Settings of the machine's own pip that would install somewhere else.
unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIRE_VIRTUALENV PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK=1
# Never fetch a Python; read no settings of another project; trust what pip trusts.
export UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_SYSTEM_CERTS=1
if [ -z "${SSL_CERT_FILE:-}" ]; then
    for bundle in "${PIP_CERT:-}" "${REQUESTS_CA_BUNDLE:-}" "${CURL_CA_BUNDLE:-}"; do
        if [ -f "$bundle" ]; then export SSL_CERT_FILE="$bundle"; break; fi
    done
fi
# A home that cannot be written to holds no cache.
if ! mkdir -p "${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/uv}" 2>/dev/null; then
    export UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1
fi
if [ -n "${PIP_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}"; fi

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_base() {
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14 python}; do
        if is_new_enough "$candidate"; then echo "$candidate"; return; fi
    done
}

# A fresh folder each time but for a sound one: a half-made .venv is worse than none.
make_venv() {
    rm -rf "$venv"
    "$base" -m venv "$venv" >/dev/null 2>&1 && return
    # Debian ships venv without ensurepip: borrow the machine's pip.
    rm -rf "$venv"
    "$base" -m pip --version >/dev/null 2>&1 && "$base" -m venv --without-pip "$venv" && return
    rm -rf "$venv"
    fail "$("$base" --version 2>&1) cannot make a virtual environment (no venv or ensurepip module)." \
        "install it, for instance with 'apt-get install python3-venv', or name another Python: make PYTHON=/path/to/python3 venv"
}

run_pip() {
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip "$@"
    else
        "$base" -m pip --python "$python" "$@"
    fi
}

base=$(find_base)
[ -n "$base" ] || fail "no Python 3.11 or newer was found as '${PYTHON:-python3}'." \
    "install Python 3.11, or name one: make PYTHON=/path/to/python3.11 venv"

echo "Setting up $venv from requirements/dev.txt (about a minute the first time) ..." >&2
if ! is_new_enough "$python" || [ "$(head -n 1 "$stamp" 2>/dev/null)" != "$(pwd -P)" ]; then
    make_venv
fi
rm -f "$stamp" "$venv/small-model"

offline="the package index must be reachable; behind a proxy set HTTPS_PROXY, with a mirror set PIP_INDEX_URL, then run make again"
run_pip install --quiet --require-hashes --requirement requirements/uv.txt ||
    fail "pip could not install uv." "$offline"

run_uv() { "$python" -m uv "$@" --python "$python"; }

# Compiled once here, since every process would do it again where PYTHONDONTWRITEBYTECODE is set.
if ! run_uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt; then
    echo "uv could not install the requirements; trying pip, which is slower ..." >&2
    run_pip install --quiet --require-hashes --requirement requirements/dev.txt ||
        fail "the requirements could not be installed." "$offline"
fi

# The participants' command, straight from its folder.
if [ -f cli/pyproject.toml ]; then
    run_uv pip install --quiet --no-deps --no-build-isolation --editable ./cli ||
        fail "the spinebench command (cli/) could not be installed." "see the message above; 'make clean' and 'make venv' start afresh"
fi

fingerprint >"$stamp"
