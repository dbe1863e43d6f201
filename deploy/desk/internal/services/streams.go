package services

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"portcullis/api/environ/awsconfig"
	"portcullis/deploy/emulators/eventsource"
	"portcullis/deploy/emulators/eventsource/streams"
)

// stream finds the stream of a table, or says why there is none that tells enough. It asks for the one of a table elsewhere once.
func (s *Services) stream(ctx context.Context, t Table) (eventsource.Source, error) {
	if t.Own {
		stream, err := s.records.Stream(t.Name)
		if err != nil {
			return nil, err
		}
		return eventsource.OfTable(stream), nil
	}
	if s.found[t.Name] == nil {
		found, err := s.findStream(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", t.variable, t.Name, err)
		}
		s.found[t.Name] = found
	}
	return s.found[t.Name], nil
}

// askTimeout is how long a DynamoDB elsewhere may take to say what stream a table has.
const askTimeout = 10 * time.Second

func (s *Services) findStream(ctx context.Context, t Table) (eventsource.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cfg, err := s.awsConfig(ctx, t)
	if err != nil {
		return nil, err
	}
	out, err := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { setEndpoint(&o.BaseEndpoint, t.elsewhere) }).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.Name})
	if err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("its stream is not known: %s", reason)
	}
	described := out.Table
	switch view := described.StreamSpecification; {
	case view == nil || !aws.ToBool(view.StreamEnabled):
		return nil, fmt.Errorf("it has no stream: enable one with the view %s", t.form.Stream)
	case string(view.StreamViewType) != t.form.Stream && view.StreamViewType != usersView:
		return nil, fmt.Errorf("its stream has the view %s: want %s", view.StreamViewType, t.form.Stream)
	}
	client := dynamodbstreams.NewFromConfig(cfg, func(o *dynamodbstreams.Options) {
		setEndpoint(&o.BaseEndpoint, cmp.Or(s.env.serviceEndpoint("AWS_ENDPOINT_URL_DYNAMODB_STREAMS"), t.elsewhere))
	})
	return streams.New(client, aws.ToString(described.LatestStreamArn)), nil
}

func setEndpoint(to **string, at string) {
	if at != "" {
		*to = &at
	}
}

// awsConfig is how the AWS SDK gets at a table elsewhere.
func (s *Services) awsConfig(ctx context.Context, t Table) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{config.WithRegion(s.Region())}
	id, secret := s.env.getenv("AWS_ACCESS_KEY_ID"), s.env.getenv("AWS_SECRET_ACCESS_KEY")
	switch {
	case t.anyKey:
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
	case id != "" && secret != "":
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, s.env.getenv("AWS_SESSION_TOKEN"))))
	}
	return awsconfig.Load(ctx, options...)
}
