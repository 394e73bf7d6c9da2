# bash completion for drinkd

_drinkd() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' word index
    # The words of the command so far, without options and their values.
    for ((index = 1; index < COMP_CWORD; ++index)); do
        word=${COMP_WORDS[index]}
        case $word in
            --config | --ready-file | --credits | --ibutton | --admin | --locked | --reason | --limit)
                [[ $word != --admin || $command != 'user add'* ]] && ((++index))
                ;;
            -*) ;;
            *) command+=${command:+ }$word ;;
        esac
    done

    case $previous in
        --config | --ready-file)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
            ;;
        --locked)
            mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$current")
            return
            ;;
        --admin)
            if [[ $command == 'user set'* ]]; then
                mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$current")
                return
            fi
            ;;
        --credits | --ibutton | --reason | --limit) return ;;
    esac

    local words='' files=''
    case $command in
        '') words='serve check-config user credits ledger doubts settle history status' ;;
        serve) words='--ready-file' ;;
        check-config) files=yes ;;
        user) words='add set passwd list remove' ;;
        'user add'*) words='--admin --credits --ibutton --password-stdin' ;;
        'user set'*) words='--admin --ibutton --locked' ;;
        'user passwd'*) words='--password-stdin' ;;
        'user list' | doubts | status) words='--json' ;;
        credits) words='add' ;;
        'credits add'*) words='--reason' ;;
        ledger) words='verify backup restore' ;;
        'ledger backup' | 'ledger restore') files=yes ;;
        history*) words='--json --limit' ;;
        'settle '*' '*) words='--reason' ;;
        'settle '*) words='charge refund' ;;
    esac
    [[ $command == check-config* ]] || words+=' --config'
    words+=' --help'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    if [[ -n $files ]]; then
        compopt -o filenames
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _drinkd drinkd
