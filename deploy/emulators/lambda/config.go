package lambda

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/internal/process"
)

// complete checks c, and fills in what its zero values mean.
func (c Config) complete() (Config, error) {
	switch {
	case c.Name == "":
		return c, errors.New("function: Name is empty")
	case c.Binary == "":
		return c, fmt.Errorf("function %s: Binary is empty", c.Name)
	case c.Timeout < 0 || c.InitTimeout < 0 || c.ShutdownTimeout < 0 || c.MaxEnvironments < 0:
		return c, fmt.Errorf("function %s: Timeout %v, InitTimeout %v, ShutdownTimeout %v and MaxEnvironments %d may not be below 0",
			c.Name, c.Timeout, c.InitTimeout, c.ShutdownTimeout, c.MaxEnvironments)
	}
	c.Timeout = cmp.Or(c.Timeout, 3*time.Second)
	c.InitTimeout = cmp.Or(c.InitTimeout, 10*time.Second)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, 500*time.Millisecond)
	c.MaxEnvironments = cmp.Or(c.MaxEnvironments, 4)
	c.ARN = cmp.Or(c.ARN, "arn:aws:lambda:us-east-1:123456789012:function:"+c.Name)
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	c.Stderr = process.NewOutput(c.Stderr)
	return c.locate()
}

// say writes a line of the emulator's own among those of the processes.
func (c Config) say(text string) { c.Stderr.Write(named(c.Label, []byte(text))) }

// locate makes Binary absolute, since the process works in another folder, and checks it and the ARN.
func (c Config) locate() (Config, error) {
	if _, err := c.region(); err != nil {
		return c, err
	}
	binary, err := filepath.Abs(c.Binary)
	if err != nil {
		return c, fmt.Errorf("function %s: Binary: %w", c.Name, err)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return c, fmt.Errorf("function %s: Binary: %w", c.Name, err)
	}
	if !info.Mode().IsRegular() {
		return c, fmt.Errorf("function %s: Binary %s is not a file", c.Name, binary)
	}
	c.Binary = binary
	return c, nil
}

// region is the fourth part of arn:partition:lambda:region:account:function:name[:version].
func (c Config) region() (string, error) {
	parts := strings.Split(c.ARN, ":")
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "lambda" || parts[3] == "" || parts[5] != "function" {
		return "", fmt.Errorf("function %s: ARN %q is not that of a Lambda function", c.Name, c.ARN)
	}
	return parts[3], nil
}

// environ is the process's environment: the last one of a name counts. The time zone is the one variable of these that a function may
// have otherwise.
// Source: AWS Lambda developer guide, "Defined runtime environment variables".
func (c Config) environ(runtimeAPI string) []string {
	region, _ := c.region()
	return append(slices.Concat([]string{"TZ=:UTC"}, c.Env),
		"AWS_LAMBDA_RUNTIME_API="+runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME="+c.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/"+c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME=local",
		"AWS_REGION="+region,
		"AWS_DEFAULT_REGION="+region,
		"LAMBDA_TASK_ROOT="+filepath.Dir(c.Binary),
		"_HANDLER=bootstrap",
	)
}
