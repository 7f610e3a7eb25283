#!/usr/bin/env bash
# Brings together all that `make demo` and `make test` need, and nothing when it is there already.
#
#   external tools   found on PATH; else a conda environment in .conda; else apt-get, as root on Debian or Ubuntu
#   Python           .venv, with the exact versions of setup/constraints.txt (with conda: .venv is a link to .conda)
#
# Usage: bash setup/setup.sh        (or `make setup`)        ends with 0, or with 2 and the list of what is missing
set -euo pipefail

# Nothing below may run in another folder than the repository's.
folder="${BASH_SOURCE[0]%setup.sh}"
cd "${folder:-./}.."
if [ ! -f setup/setup.sh ] || [ ! -f pyproject.toml ]; then
    echo "setup: $PWD is not the repository of filiation" >&2
    exit 2
fi
readonly STAMP=.venv/.filiation-setup
# The tools of a conda environment stand in .venv/bin.
PATH="$PWD/.venv/bin:$PATH"
# pip compiles what it installs; without compiled files each start of snakemake takes three times as long.
unset PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf 'setup: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# What the analysis does without: simulated reads, the PDF (report.pdf: false), the browser tests.
readonly OPTIONAL=(-e art_illumina -e libpango -e chromium -e pdftotext -e fonts -e french)

# What this set-up depends on, as one checksum.
fingerprint() {
    cat pyproject.toml environment.yml setup/constraints.txt setup/apt.txt setup/setup.sh
    "$1" -c 'import sys; print(sys.version)'
}

# The commands of apt.txt that are not there, one a line.
missing_tools() {
    local package tools tool
    while IFS='#' read -r package tools; do
        [ -n "$package" ] || continue
        tools=${tools%%:*}
        for tool in $tools; do
            case $tool in
                bwa) have bwa || have bwa-mem2 || echo bwa ;;
                # Programs that open the library themselves bring their own with conda: only a mosdepth that
                # does not start tells that it is missing.
                libhts.so) ! have mosdepth || mosdepth --version >/dev/null 2>&1 || echo libhts.so ;;
                # The PDF is set with Pango: of the system, or of the conda environment that .venv leads to.
                libpango) ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0.so || compgen -G '.venv/lib/libpangoft2-1.0.*' >/dev/null || echo libpango ;;
                fonts) [ -d /usr/share/fonts/truetype/dejavu ] || compgen -G '.venv/fonts/*' >/dev/null || echo fonts ;;
                french) [ -e /usr/share/i18n/locales/fr_FR ] || echo french ;;
                *) have "$tool" || echo "$tool" ;;
            esac
        done
    done < <(grep -v '^#' setup/apt.txt)
}

# The Debian package that brings a command.
package_of() {
    awk -v tool="$1" '!/^#/ { sub(/:.*/, ""); for (i = 3; i <= NF; i++) if ($i == tool) print $1 }' setup/apt.txt
}

# The packages of all commands given, without repetition. libhts-dev always accompanies mosdepth.
packages_of() {
    local tool
    for tool in "$@"; do
        package_of "$tool"
        [ "$tool" != mosdepth ] || package_of libhts.so
    done | sort -u
}

can_apt() { have apt-get && [ "$(id -u)" = 0 ]; }

apt_install() {
    say "apt-get install $*"
    local options=(-y -qq --no-install-recommends -o DPkg::Lock::Timeout=300)
    export DEBIAN_FRONTEND=noninteractive
    # The lists of a fresh machine are empty or old: one more try after refreshing them.
    apt-get install "${options[@]}" "$@" >/dev/null && return
    say "once more, after apt-get update"
    apt-get update -qq >/dev/null && apt-get install "${options[@]}" "$@" >/dev/null
}

# A Python that the pinned packages are made for. 3.13 comes last: there ncls is compiled, which needs gcc.
find_python() {
    local name newest
    for newest in 12 13; do
        for name in python3 python3.12 python3.11 python3.13; do
            if have "$name" && "$name" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $newest))" 2>/dev/null; then
                command -v "$name"
                return 0
            fi
        done
    done
    return 1
}

find_conda() {
    local name
    for name in mamba micromamba conda; do
        if have "$name"; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

make_conda_environment() {
    local conda=$1 verb=(env create)
    [ "$conda" != micromamba ] || verb=(create)
    say "$conda ${verb[*]}: tools and Python into .conda (some minutes, about 3 GB)"
    rm -rf .conda
    CONDA_ALWAYS_YES=true MAMBA_ALWAYS_YES=true \
        "$conda" "${verb[@]}" --prefix "$PWD/.conda" --file environment.yml </dev/null >&2 || return 1
    rm -rf .venv
    ln -s .conda .venv
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . >&2
}

make_virtual_environment() {
    local python=$1
    if [ -L .venv ]; then
        rm .venv
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local package
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        if ! can_apt || ! apt_install "$package"; then
            say "$python cannot make a virtual environment: its module ensurepip is missing."
            say "  as root:       apt-get install $package"
            say "  without root:  install mamba or conda; 'make setup' then makes everything from environment.yml"
            return 2
        fi
    fi
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "$python -m venv .venv"
        "$python" -m venv --clear .venv || return 1
    fi
    if .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] < (3, 13))' && ! have gcc && can_apt; then
        apt_install gcc libc6-dev python3-dev
    fi
    say "pip install: the packages of setup/constraints.txt into .venv (one or two minutes)"
    local install=(.venv/bin/python -m pip install --quiet --compile --use-pep517 --constraint setup/constraints.txt --editable '.[dev]')
    # Once more after a failure: a download that broke off is the usual cause.
    if ! "${install[@]}" >&2 && ! "${install[@]}" >&2; then
        say "pip could not install the packages. On a machine without a network, on another one:"
        say "  pip download --constraint setup/constraints.txt --dest wheels '.[dev]' 'setuptools>=69'"
        say "  and here: PIP_NO_INDEX=1 PIP_FIND_LINKS=\$PWD/wheels make setup"
        return 2
    fi
}

# What is missing and every way to get it; the last thing a user reads.
explain_missing() {
    local tool packages
    say "missing: $*"
    for tool in "$@"; do
        say "  $tool"
    done
    packages="$(packages_of "$@" | tr '\n' ' ')"
    say "get them in one of these ways, then run 'make setup' again:"
    say "  mamba or conda, no root needed:  mamba env create --prefix .conda --file environment.yml"
    say "                                   (install mamba; 'make setup' finds it and does this itself)"
    say "  Debian or Ubuntu, as root:       apt-get update && apt-get install --no-install-recommends ${packages% }"
    say "  a cluster with modules:          module load $*   (before 'make setup' and before each run)"
}

main() {
    if [ -x .venv/bin/python ] && [ -f "$STAMP" ]; then
        # What is optional may stay missing.
        if [ "$(cat "$STAMP")" = "$(fingerprint .venv/bin/python | sha256sum)" ] \
            && ! missing_tools | grep -qvx "${OPTIONAL[@]}"; then
            return 0
        fi
    fi
    local missing python="" conda=""
    mapfile -t missing < <(missing_tools)
    python="$(find_python)" || missing+=("python3")
    conda="$(find_conda)" || true
    # A link says that the tools came from conda last time: its environment is made anew, from today's file.
    if [ -n "$conda" ] && { [ "${#missing[@]}" -gt 0 ] || [ -L .venv ]; }; then
        if make_conda_environment "$conda"; then
            python=""
        else
            say "$conda could not make the environment; trying the other ways"
        fi
        mapfile -t missing < <(missing_tools)
    fi
    if [ "${#missing[@]}" -gt 0 ] && can_apt; then
        local packages
        mapfile -t packages < <(packages_of "${missing[@]}")
        [ -n "$python" ] || [ -L .venv ] || packages+=(python3 python3-venv)
        apt_install "${packages[@]}" || say "apt-get could not install everything"
        hash -r
        mapfile -t missing < <(missing_tools)
    fi
    if [ ! -L .venv ] || [ ! -x .venv/bin/python ]; then
        python="$(find_python)" || missing+=("python3 (3.11 to 3.13)")
    fi
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vx "${OPTIONAL[@]}" -e '' || true)
    if [ "${#missing[@]}" -gt 0 ]; then
        explain_missing "${missing[@]}"
        return 2
    fi
    have art_illumina || say "art_illumina is missing: 'make demo' cannot simulate its reads; all else works"
    if [ ! -L .venv ] || [ ! -x .venv/bin/python ]; then
        make_virtual_environment "$python" || return
    fi
    fingerprint .venv/bin/python | sha256sum > "$STAMP"
    .venv/bin/python -m filiation doctor >&2 || say "see the table above; 'filiation doctor' shows it again"
}

main "$@"
