#!/bin/bash
# without.sh climbing|sockets|pure FOLDER
#
# Fails, and shows the lines, when a source of FOLDER includes a file by a path that climbs (which
# goes round the include directories), or uses a socket, or (pure) anything else that can give two
# runs with the same input two outcomes: threads, clocks, files, randomness.
set -euo pipefail

declare -A forbidden=(
    [climbing]='#include *"([^"]*/)?\.\./'
    [sockets]='#include *<(boost/|asio|sys/socket|sys/un|netinet/|netdb|sys/epoll|poll\.h)'
)
forbidden[pure]=${forbidden[sockets]}
forbidden[pure]+='|#include *<(thread|mutex|condition_variable|future|stop_token|semaphore|pthread)'
forbidden[pure]+='|#include *<(arpa/|fstream|filesystem|unistd|fcntl|sys/|random|sqlite3)'
forbidden[pure]+='|::now\(|\b(time|clock|gettimeofday|clock_gettime|sleep|usleep|rand|fopen)\('

[[ -d $2 ]]
if grep -rnE --include='*.[ch]pp' -- "${forbidden[$1]}" "$2"; then
    echo "The lines above have no place in $2 ($1)."
    exit 1
fi
