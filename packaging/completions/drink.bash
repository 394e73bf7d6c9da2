# bash completion for drink
_drink()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options="--help --version --server --user --password-file --json --timeout"
    local command="" i

    case $previous in
        --password-file)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --server | --user | --timeout | --delay | --count)
            return
            ;;
    esac

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            list | drop | balance | history | send | shell)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done
    case $command in
        "") options+=" list drop balance history send shell" ;;
        drop) options+=" --delay" ;;
        history) options+=" --count" ;;
        shell) options+=" --login" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _drink drink
