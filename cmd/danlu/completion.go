package main

import (
	"io"

	"github.com/spf13/cobra"
)

// completions gives the shells' scripts their place among the verbs. The one for
// bash works without the package bash-completion, which it asks two functions of.
func (a *app) completions(root *cobra.Command) {
	root.SetCompletionCommandGroupID("other")
	root.InitDefaultCompletionCmd()
	c, _, err := root.Find([]string{"completion"})
	if err != nil {
		return
	}
	c.Short = "a script that completes danlu's verbs in your shell"
	for _, shell := range c.Commands() {
		if shell.Name() != "bash" {
			continue
		}
		shell.Long = `A script for bash that completes verbs, flags, studies and trials. For this shell:

	source <(danlu completion bash)

For every new one, once:

	danlu completion bash > ~/.local/share/bash-completion/completions/danlu

or, without the package bash-completion, put the first line into ~/.bashrc.`
		described := shell.RunE
		shell.RunE = func(cmd *cobra.Command, args []string) error {
			if _, err := io.WriteString(a.out, bashWords); err != nil {
				return err
			}
			return described(cmd, args)
		}
	}
}

// bashWords stands in for functions of the package bash-completion. Bash breaks
// words at = and :, and these are put together again, as --sampler=tpe and
// STUDY:TRIAL are one word to danlu.
const bashWords = `# The words of the command line, as the package bash-completion has them.
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
_get_comp_words_by_ref() {
    words=()
    local i w gap=1 rest=$COMP_LINE
    for ((i = 0; i <= COMP_CWORD; i++)); do
        w=${COMP_WORDS[i]}
        if [[ ! $gap && ( $w == [:=]* || ${words[${#words[@]}-1]} == *[:=] ) ]]; then
            words[${#words[@]}-1]+=$w
        else
            words+=("$w")
        fi
        rest=${rest#*"$w"}
        gap=""
        if [[ $rest == [[:space:]]* ]]; then
            gap=1
            rest=${rest#"${rest%%[![:space:]]*}"}
        fi
    done
    cword=$((${#words[@]} - 1))
    cur=${words[cword]}
    prev=${words[cword > 0 ? cword - 1 : 0]}
}
fi
`
