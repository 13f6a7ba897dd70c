"""The scripts of the shells. Each asks the program itself what can follow: `lineal __complete WORD...`.

So a script never changes, and knows the flags of the version that is installed. What stays out: the answer (words.py).
"""

from __future__ import annotations

BASH = r"""# bash completion for lineal: put this line into ~/.bashrc
#   source <(lineal completion bash)
_lineal() {
    local line word=${COMP_WORDS[COMP_CWORD]} joined="" words=() index
    for ((index = 1; index <= COMP_CWORD; index++)); do
        local each=${COMP_WORDS[index]}
        # bash splits words at = and :, which are parts of words here
        if [[ $each == [=:] ]] && ((${#words[@]})); then
            words[-1]+=$each; joined=1
        elif [[ -n $joined ]]; then
            words[-1]+=$each; joined=""
        else
            words+=("$each")
        fi
    done
    local whole=${words[-1]}
    [[ $word == [=:] ]] && word=""
    local prefix=${whole%"$word"}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
        fi
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$prefix"}")
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _lineal lineal
"""

ZSH = r"""#compdef lineal
# zsh completion for lineal: put this line into ~/.zshrc, after compinit
#   source <(lineal completion zsh)
_lineal() {
    local line
    local -a plain described
    for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == :files ]]; then
            [[ $PREFIX == --*=* ]] && compset -P '*='
            _files
            return
        fi
        [[ -n $line ]] || continue
        plain+=("${line%%$'\t'*}")
        described+=("${line%%$'\t'*}  ${line#*$'\t'}")
    done
    compadd -l -d described -a plain
}
compdef _lineal lineal
"""

FISH = r"""# fish completion for lineal: put this line into ~/.config/fish/config.fish
#   lineal completion fish | source
function __lineal_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    if contains -- :files $found
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c lineal -f -a '(__lineal_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
