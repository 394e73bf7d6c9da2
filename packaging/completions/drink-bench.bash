# bash completion for drink-bench
_drink_bench()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local workload="" i

    case $previous in
        --server)
            # @FILE names the ready file of a server.
            [[ $word == @* ]] && mapfile -t COMPREPLY < <(compgen -P @ -f -- "${word#@}")
            return
            ;;
        --ready-file)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --login)
            mapfile -t COMPREPLY < <(compgen -W "password ibutton none" -- "$word")
            return
            ;;
        --boards-server | --pid | --sources | --members | --boards | --machines | --slots | \
            --member | --password | --machine | --board-password | --rate | --think-time | \
            --warm-up | --duration | --answer-time | --nack-rate | --seed | --pin | --address | \
            --members-port | --boards-port)
            return
            ;;
    esac

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            drops | stat | logins | idle | connects | relay)
                workload=${COMP_WORDS[i]}
                break
                ;;
        esac
    done
    local options="--help --version --server --boards-server --pid --sources --members --boards
        --machines --slots --login --member --password --machine --board-password --rate
        --think-time --warm-up --duration --answer-time --nack-rate --tini2 --status --seed --json
        --quiet --pin"
    case $workload in
        "") options+=" drops stat logins idle connects relay" ;;
        relay)
            options="--help --address --members-port --boards-port --ready-file --pin"
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _drink_bench drink-bench
