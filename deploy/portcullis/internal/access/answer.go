package access

import (
	"fmt"
	"strings"

	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// printAnswer writes the answer to stdout.
func printAnswer(s *cli.Session, a *inquiry.Answer, format string) error {
	if format == cli.FormatJSON {
		return s.PrintJSON(a)
	}
	text, err := answerText(a)
	if err != nil {
		return err
	}
	return s.Print(text)
}

// answerText is the answer for people.
func answerText(a *inquiry.Answer) (string, error) {
	var b strings.Builder
	line := func(heading, text string) { fmt.Fprintf(&b, "%-9s %s\n", heading, text) }
	line("request", inquiry.RouteName(policy.Route{Method: a.Request.Method, Path: a.Request.Path}))
	for _, known := range a.Lines {
		line(known.Heading, known.Text)
	}
	if a.Message != nil {
		line("connect", a.Message.Connect.Text)
	}
	if a.Route != nil {
		line("route", a.Route.Label)
	} else {
		line("route", a.NoRoute)
	}
	if a.Message != nil && a.Message.Grant != "" {
		line("grant", a.Message.Grant)
	}
	if a.Message != nil && a.Message.Owner != nil {
		line("owner", a.Message.Owner.String())
	}
	if a.Rules != nil {
		line("rules", a.Rules.Decision+": "+a.Rules.Text)
		for i, one := range a.Rules.Alternatives {
			if one.Missing != nil {
				fmt.Fprintf(&b, "  %d. %s: %s\n", i+1, one.For, one.Missing)
			}
		}
	}
	if a.Document != nil {
		line("invokes", a.ARN)
		b.WriteString("document\n")
		if err := cli.WriteJSON(&b, a.Document); err != nil {
			return "", err
		}
		line("evaluated", a.Evaluated.Text)
	}
	if a.Conflict != nil {
		line("CONFLICT", a.Conflict.Text)
		for _, conflict := range a.Conflict.Of {
			b.WriteString("  " + conflict + "\n")
		}
	}
	line("decision", a.Text)
	return b.String(), nil
}
