# bash completion for dns-notrack-viewer(1)
_dns_notrack_viewer() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $previous in
    --inventory | --capture) mapfile -t COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames && return ;;
    --appearance) mapfile -t COMPREPLY < <(compgen -W 'system light dark' -- "$current") && return ;;
    --interval | --runner | --ssh-arguments) return ;;
    esac
    if [[ $current = -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--inventory --capture --ssh-config --interval --runner --ssh-arguments --appearance --help --version' -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -A hostname -W local -- "$current")
    fi
}
complete -F _dns_notrack_viewer dns-notrack-viewer
