#!/bin/bash
# Runs a command in a network of its own whose packets are late, lost, doubled and out of order.
# Where the system does not let one be made it says so, and exits with 77: skipped.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

make_it='ip link set lo up &&
    tc qdisc add dev lo root netem delay 2ms 2ms loss 1% duplicate 1% reorder 10%'
apart() { unshare --user --map-root-user --net /bin/sh -c "$make_it && $1" sh "${@:2}"; }

if ! why=$(apart true 2>&1); then
    echo "skipped: this system does not let a test make a network of its own with netem: $why"
    exit 77
fi
apart 'exec "$@"' "$@"
