#!/bin/bash
# verify.sh DRINKD
#
# Has systemd check the unit beside this script. It insists on an executable that exists, so the
# unit is checked with the path of DRINKD. Exit code 77: there is no systemd here to ask.
set -euo pipefail

if ! command -v systemd-analyze >/dev/null; then
    echo "systemd-analyze is not installed (Debian: apt-get install systemd)"
    exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|^ExecStart=[^ ]*|ExecStart=$1|" "$(dirname "$0")/drinkd.service" >"$folder/drinkd.service"
# A misspelt key counts as an error here, in this unit alone and in none that it comes after. The
# manual page is not looked for: it would be this system's own.
systemd-analyze verify --recursive-errors=no --man=no "$folder/drinkd.service"
