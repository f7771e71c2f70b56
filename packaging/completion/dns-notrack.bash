# bash completion for dns-notrack(8)
_dns_notrack() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        apply | remove | status | doctor | why | probe | trial | retire | watch | discover | capture | validate | schema | version) command=$word && break ;;
        esac
    done
    COMPREPLY=()
    case $previous in
    --profile | --textfile | --capture) mapfile -t COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames && return ;;
    --output)
        if [ "$command" = status ]; then word='text json prometheus'; else word='text json'; fi
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current") && return ;;
    --wait | --spread | --delivery | --watch | --node | --count | --rate) return ;;
    esac
    case $command in
    '') word='apply remove status doctor why probe trial retire watch discover capture validate schema version --help --version' ;;
    apply) word='--profile --node --check --diff --reconcile --spread --delivery --wait --output --textfile --quiet --capture --help' ;;
    remove) word='--profile --node --check --diff --wait --output --quiet --help' ;;
    status) word='--profile --node --diff --watch --output --textfile --capture --help' ;;
    doctor) word='--profile --node --output --capture --census --help' ;;
    why) word='--profile --node --output --help' ;;
    probe) word='--profile --node --output --count --rate --help' ;;
    trial) word='--profile --node --output --count --wait --help' ;;
    retire) word='--profile --node --undo --wait --output --textfile --help' ;;
    watch) word='--profile --node --wait --textfile --help' ;;
    discover) word='--node --capture --help' ;;
    capture) word='--profile --node --redact --help' ;;
    schema) word='profile report capture' ;;
    validate)
        if [[ $current != -* ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames && return; fi
        word='--node --output --help' ;;
    *) word='--help' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
}
complete -F _dns_notrack dns-notrack
