package key

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"portcullis/deploy/portcullis/internal/cli"
)

// maxPlans is how many usage plans an error names.
const maxPlans = 10

// joinError says what is wrong where an API key of the gateway cannot join a plan. That there is none is the command line's.
func (g *gateway) joinError(ctx context.Context, plan, name string, err error) error {
	if !errors.As(err, new(*types.NotFoundException)) {
		return fmt.Errorf("the gateway's CreateUsagePlanKey of %s in the plan %q: %w", name, plan, err)
	}
	return cli.Usage("--usage-plan: API Gateway has no usage plan %.60q in %s; %s", plan, g.client.Options().Region, g.plans(ctx))
}

// plans tells which usage plans there are, with their names, or who lists them.
func (g *gateway) plans(ctx context.Context) string {
	const lists = "aws apigateway get-usage-plans lists them"
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	page, err := g.client.GetUsagePlans(ctx, &apigateway.GetUsagePlansInput{Limit: aws.Int32(maxPlans)})
	switch {
	case err != nil: // it may be that this caller may not list them
		return lists
	case len(page.Items) == 0:
		return "it has none"
	}
	var names []string
	for _, plan := range page.Items {
		name := aws.ToString(plan.Id)
		if title := aws.ToString(plan.Name); title != name {
			name += " (" + title + ")"
		}
		names = append(names, name)
	}
	text := "it has " + strings.Join(names, ", ")
	if page.Position != nil {
		text += " and more: " + lists
	}
	return text
}
