# Starts and ends what is measured: for the programs beside it, which run it from the project's folder.
# The names below are theirs as well.
# shellcheck shell=bash disable=SC2034

server_core=${SERVER_CORE:-0} load_core=${LOAD_CORE:-1}
bin=${BIN:-build/bin} tools=${BUILD:-build/release}/tests
port=${MQTT_PORT:-18830}
mosquitto=$(PATH=$PATH:/usr/sbin command -v mosquitto || true)

for program in jq taskset "$bin/drinkd" "$bin/drink-bench" "$tools/bench_house"; do
    command -v "$program" >/dev/null && continue
    echo "${0##*/}: $program is missing; see make bench" >&2
    exit 1
done

folder=$(mktemp -d "${FOLDER:-build}/bench.XXXXXX")
server=''
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT

# wait_for WHAT COMMAND...: until the command succeeds, while the server runs.
wait_for() {
    local what=$1
    shift
    for ((tries = 0; tries < 1200; ++tries)); do
        ! "$@" 2>/dev/null || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    echo "${0##*/}: $what did not start" >&2
    cat "$folder/log" >&2
    exit 1
}

# start SERVER HOUSE COMMAND-PREFIX...: the house is the folder of drinkd's settings.
start() {
    local which=$1 house=$2
    shift 2
    rm -f "$folder/ready.json"
    case $which in
        relay)
            "$@" "$bin/drink-bench" relay --members-port 0 --boards-port 0 \
                --ready-file "$folder/ready.json" >"$folder/log" 2>&1 &
            ;;
        drinkd)
            "$@" "$bin/drinkd" serve --config "$house/settings.json" \
                --ready-file "$folder/ready.json" >"$folder/log" 2>&1 &
            ;;
        mosquitto)
            printf '%s\n' "listener $port 127.0.0.1" "allow_anonymous true" \
                "persistence false" "log_type error" "set_tcp_nodelay true" \
                "max_queued_messages 0" >"$folder/mosquitto.conf"
            "$@" "$mosquitto" -c "$folder/mosquitto.conf" >"$folder/log" 2>&1 &
            ;;
    esac
    server=$!
    if [[ $which == mosquitto ]]; then
        wait_for "$which" bash -c ": <>/dev/tcp/127.0.0.1/$port"
    else
        wait_for "$which" test -e "$folder/ready.json"
    fi
}

stop() {
    kill "$server"
    wait "$server" || true
    server=''
}

# What programs of jq say about measurements.
# shellcheck disable=SC2016
figures='
    def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
                       else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    def digits($d): . * pow(10; $d) | round / pow(10; $d) | tostring;
    def spread($d): "\(median | digits($d)) (\(min | digits($d)) - \(max | digits($d)))";'
