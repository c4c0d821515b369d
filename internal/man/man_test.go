package man

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPageIsRoff(t *testing.T) {
	p := Page{
		Name: "kiln", Version: "1.2", Short: "fires - slowly", Synopsis: []string{"kiln VERB", "kiln --help"},
		Sections: []Section{
			{Title: "description", Text: ".dots and 'quotes\nstay – as\\they are\n\n  kiln fire\n  .kiln\n\nthe end"},
			{Title: "options", Items: []Item{{"--heat N", "how hot"}}, Parts: []Section{{Title: `kiln "fire"`, Text: "fires"}}},
		},
	}
	want := `.TH "KILN" "1" "" "kiln 1.2" "User Commands"
.SH "NAME"
kiln \- fires \- slowly
.SH "SYNOPSIS"
kiln VERB
.br
kiln \-\-help
.SH "DESCRIPTION"
\&.dots and 'quotes
stay \(en as\ethey are
.sp
.PP
.nf
  kiln fire
  .kiln
.sp
.fi
the end
.SH "OPTIONS"
.TP
\fB\-\-heat N\fP
how hot
.SS "kiln \(dqfire\(dq"
fires
`
	var b strings.Builder
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
