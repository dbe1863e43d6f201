package stage

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/plan"
)

// Config is gateway.Config, which says what its members are.
type Config struct {
	Plan      *plan.Plan
	Functions map[string]lambda.Invoker

	Tokens Tokens
	Usage  Usage

	AllowedOrigins []string
	Stages         []string
	Region         string
	AccountID      string
	APIID          string

	AccessLog io.Writer
	Traces    func(*Trace)
	Traced    func() bool
	Log       *slog.Logger
	ShowTrace bool

	Timeout time.Duration

	IdleTimeout       time.Duration
	ConnectionTimeout time.Duration

	Now func() time.Time
}

// ConfigError says what a gateway cannot work with.
type ConfigError struct {
	Reason string // in words
}

// Error is the reason.
func (e *ConfigError) Error() string { return "gateway: " + e.Reason }

// Misconfigured makes a [*ConfigError].
func Misconfigured(format string, args ...any) error {
	return &ConfigError{fmt.Sprintf(format, args...)}
}
