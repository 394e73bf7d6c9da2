#!/bin/bash
# Runs a command with a disk of 16 MiB of its own, whose folder is in SMALL_DISK. Where the system
# does not let one be mounted it says so, and exits with 77: skipped.
set -euo pipefail

SMALL_DISK=$(mktemp -d)
export SMALL_DISK
trap 'rmdir "$SMALL_DISK"' EXIT

# shellcheck disable=SC2016 # for the shell inside
mount_it='mount -t tmpfs -o size=16m none "$SMALL_DISK"'
apart() { unshare --user --map-root-user --mount /bin/sh -c "$mount_it && $1" sh "${@:2}"; }

if ! why=$(apart true 2>&1); then
    echo "skipped: this system does not let a test mount a disk of its own: $why"
    exit 77
fi
apart 'exec "$@"' "$@"
