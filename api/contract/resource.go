package contract

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// readResourcePolicy reads the policy of the API itself, and tells of each thing that is wrong with it where it stands.
func (p *parser) readResourcePolicy(c *Contract) {
	key, node := member(p.root, policyMember)
	if node == nil {
		return
	}
	text, err := asJSON(node)
	if err != nil {
		p.refuse(key, "%s: %v", policyMember, err)
		return
	}
	read, err := policy.ParseResourcePolicy(text)
	wrong := (*policy.ResourcePolicyError)(nil)
	switch {
	case errors.As(err, &wrong):
		for _, problem := range wrong.Problems {
			tokens := plainTokens(problem.Place)
			p.add(p.lineBelow(node, key.Line, tokens), strings.Join(append([]string{policyMember}, tokens...), ": ")+": "+problem.Reason)
		}
		return
	case err != nil:
		p.refuse(key, "%s: %v", policyMember, err)
		return
	}
	c.ResourcePolicy, c.PolicyAt = &read, p.position(key.Line)
	p.remarkOnStages(&read, node, key.Line)
}

// plainTokens are the tokens of a JSON pointer that is no URI fragment (RFC 6901, section 4).
func plainTokens(place string) []string {
	if place == "" {
		return nil
	}
	tokens := strings.Split(place[1:], "/")
	for i, token := range tokens {
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens
}

// remarkOnStages tells of statements that are about one stage: there is one for each API, called as the deployment says, and on a desk
// as the mode.
func (p *parser) remarkOnStages(read *policy.ResourcePolicy, node *yaml.Node, line int) {
	for i, s := range read.Statement {
		for name, list := range map[string]policy.Strings{"Resource": s.Resource, "NotResource": s.NotResource} {
			for _, pattern := range list {
				rest, short := strings.CutPrefix(pattern, "execute-api:/")
				stage, _, _ := strings.Cut(rest, "/")
				if !short || strings.ContainsAny(stage, "*?$") {
					continue
				}
				tokens := []string{"Statement", strconv.Itoa(i), name}
				if statements := find(node, "Statement"); statements.Kind == yaml.MappingNode {
					tokens = []string{"Statement", name}
				}
				p.ofPolicy = append(p.ofPolicy, Remark{Position: p.position(p.lineBelow(node, line, tokens)), Text: fmt.Sprintf(
					"%s: %q is about the stage %s alone: on a desk a stage is called as its mode, and deployed as the deployment says; * is any",
					policyMember, pattern, stage)})
			}
		}
	}
}
