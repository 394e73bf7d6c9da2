#!/bin/bash
# include.sh may|may_not FOLDER COMPILER -I...
#
# Preprocesses a file that includes a header of FOLDER, with these include directories alone. What
# may be included must be found; what may not must be missing, and for no other reason fail.
set -euo pipefail
verdict=$1 folder=$2
shift 2

header=$(cd "$folder/.." && find "$(basename "$folder")/" -name '*.hpp' | sort | head -n 1)
if [[ -z $header ]]; then
    echo "$folder has no header to try this with."
    exit 1
fi

if output=$("$@" -std=c++23 -E -x c++ - -o /dev/null <<<"#include \"$header\"" 2>&1); then
    outcome=found
elif [[ $output == *"$header"*"No such file"* || $output == *"'$header' file not found"* ]]; then
    outcome=missing
else
    outcome=unclear
fi

case $verdict:$outcome in
    may:found | may_not:missing) ;;
    may_not:found)
        echo "$header can be included from here, against the arrows. What is linked is too much."
        exit 1
        ;;
    *)
        echo "$header should be included without an error, and instead:"
        echo "$output"
        exit 1
        ;;
esac
