#!/bin/sh
# Install Slurm, PostgreSQL and Chromium for the tests that need them, where this is allowed; succeed in any case.
PATH=$PATH:/usr/sbin:/sbin
apt() { $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 timeout 150 apt-get -qq -o Acquire::Retries=1 "$@" </dev/null >/dev/null; }

install() {  # No service is started: the tests start their own.
    if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
        echo "not installed: $* (needs apt-get and root): their tests are skipped"
    elif ! { { [ -n "$updated" ] || apt update; } && updated=1 && apt install --no-install-recommends -y "$@"; }; then
        echo "not installed: $* (apt-get failed): their tests are skipped"
    fi
}

as_root= updated=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
command -v slurmctld >/dev/null && command -v munged >/dev/null || install slurm-wlm munge
command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || install postgresql
command -v chromium >/dev/null || install chromium
exit 0
