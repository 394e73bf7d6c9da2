# bash completion for tini-sim
_tini_sim()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

    case $previous in
        --config | --password-file)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --server)
            # @FILE names the ready file of a daemon.
            [[ $word == @* ]] && mapfile -t COMPREPLY < <(compgen -P @ -f -- "${word#@}")
            return
            ;;
        --state)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --nack-reason)
            mapfile -t COMPREPLY < <(compgen -W "empty not-ready jammed no-start motor" -- "$word")
            return
            ;;
        --spelling)
            mapfile -t COMPREPLY < <(compgen -W "tini pi" -- "$word")
            return
            ;;
        --machine | --password | --slots | --drop-time | --*-rate | --late-by | --empty | \
            --stock | --seed | --temperature | --sign-of-life | --reconnect)
            return
            ;;
    esac

    local options="--help --version --config --machine --password --password-file --slots --server
        --drop-time --nack-rate --nack-reason --silence-rate --late-rate --late-by
        --disconnect-rate --power-loss-rate --empty --stock --no-sensors --seed --spelling --tini2
        --state --whole-lines --temperature --no-temperature --sign-of-life --reconnect --quiet
        --no-color"
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _tini_sim tini-sim
