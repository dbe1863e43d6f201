package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// secretive marks commands of whose command line nothing may be repeated, since it may be a password.
const secretive = "secretive"

// Secretive marks a command of whose command line no unknown word is repeated: it may be a password.
func Secretive(command *cobra.Command) *cobra.Command {
	if command.Annotations == nil {
		command.Annotations = map[string]string{}
	}
	command.Annotations[secretive] = "true"
	return command
}

func isSecretive(command *cobra.Command) bool { return command.Annotations[secretive] != "" }

// prepare gives a command and all below it what holds at every depth: errors are printed by [Session.Run] alone, a
// word or a flag that is none is answered with the nearest that is one, and a command that only holds others asks for one.
func prepare(command *cobra.Command) {
	command.SilenceErrors, command.SilenceUsage = true, true
	command.DisableFlagsInUseLine = true
	command.SuggestionsMinimumDistance = 2
	command.Flags().SortFlags, command.PersistentFlags().SortFlags = false, false
	command.SetFlagErrorFunc(flagError)
	if !command.HasParent() {
		command.InitDefaultCompletionCmd()
		helpOfWords(command)
		command.SetUsageTemplate(strings.Replace(command.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1))
	}
	if command.HasSubCommands() && !command.Runnable() {
		command.Args = cobra.ArbitraryArgs
		command.RunE = wantCommand
	}
	if args := command.Args; args != nil {
		command.Args = func(c *cobra.Command, words []string) error { return argumentError(c, args(c, words)) }
	}
	for _, below := range command.Commands() {
		prepare(below)
	}
}

// helpOfWords has the command help answer for a word that is no command as the command does that it stands behind.
func helpOfWords(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == "help" })
	if i < 0 {
		return // nothing is below it
	}
	help := root.Commands()[i]
	help.Run = nil
	help.RunE = func(_ *cobra.Command, words []string) error {
		command, rest, err := root.Find(words)
		switch {
		case err != nil:
			return &UsageError{err}
		case len(rest) > 0 && (isSecretive(command) || !command.HasSubCommands()):
			return unexpected(command, rest[0])
		case len(rest) > 0:
			return unknownWord(command, rest[0])
		}
		command.InitDefaultHelpFlag()
		return command.Help()
	}
}

// wantCommand answers for a command that does nothing itself.
func wantCommand(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return Usage("want a command: %s; %s --help tells what they do", namesOf(command), command.CommandPath())
	}
	return unknownWord(command, args[0])
}

// unknownWord says that a word is no command, and which one was meant.
func unknownWord(command *cobra.Command, word string) error {
	if meant := command.SuggestionsFor(word); len(meant) > 0 {
		return Usage("%.60q is no command; did you mean %s?", word, strings.Join(meant, " or "))
	}
	return Usage("%.60q is no command; want %s", word, namesOf(command))
}

// namesOf are the commands below one, for people.
func namesOf(command *cobra.Command) string {
	var names []string
	for _, below := range command.Commands() {
		if below.IsAvailableCommand() {
			names = append(names, below.Name())
		}
	}
	return OrList(names)
}

// OrList is a choice for people: "a, b or c".
func OrList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// argumentError makes a [*UsageError] of what a command says of its arguments.
func argumentError(command *cobra.Command, err error) error {
	switch {
	case err == nil || errors.As(err, new(*UsageError)):
		return err
	case isSecretive(command):
		return unexpected(command, "")
	}
	return &UsageError{err}
}

// unexpected says that a word is an argument too many. A secretive command's is not repeated.
func unexpected(command *cobra.Command, word string) error {
	if isSecretive(command) {
		return Usage("unexpected argument; %s --help tells what there may be", command.CommandPath())
	}
	return Usage("unexpected argument %.60q; %s --help tells what there may be", word, command.CommandPath())
}

// Arguments allows from least to most arguments; what says what they are, such as "the ID of a key". A negative most is no
// bound.
func Arguments(least, most int, what string) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return Usage("want %s", what)
		case most >= 0 && len(args) > most:
			return unexpected(command, args[most])
		}
		return nil
	}
}

// flagError says what is wrong with a flag. Of what a secretive command was given, it repeats the names of flags that there
// are and nothing else.
func flagError(command *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		value   *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	secret := isSecretive(command)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return unknownShort(command, unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		return unknownLong(command, unknown.GetSpecifiedName())
	case errors.As(err, &value) && oneDash(command, value) != "":
		return Usage("-%[1]s: flags have two dashes: --%[1]s", oneDash(command, value))
	case secret && errors.As(err, &value):
		return Usage("--%s: want a value of type %s; %s --help lists the flags", value.GetFlag().Name, value.GetFlag().Value.Type(), command.CommandPath())
	case errors.As(err, &value) && errors.As(err, new(*strconv.NumError)): // whose text is for those who know Go
		return Usage("invalid argument %.60q for \"--%s\" flag: %s; %s --help lists the flags", value.GetValue(), value.GetFlag().Name, wantedBy(value.GetFlag()), command.CommandPath())
	case secret && errors.As(err, &syntax):
		return Usage("there is no such flag; %s --help lists the flags", command.CommandPath())
	}
	return Usage("%w; %s --help lists the flags", err, command.CommandPath())
}

// wantedBy is what a flag of one of pflag's own types takes.
func wantedBy(flag *pflag.Flag) string {
	if flag.Value.Type() == "bool" {
		return "want true or false"
	}
	return "want a number"
}

// oneDash is the flag that was meant where -owner was read as the short flag -o with the value wner; "" where there is none.
func oneDash(command *cobra.Command, read *pflag.InvalidValueError) string {
	name, _, _ := strings.Cut(read.GetFlag().Shorthand+read.GetValue(), "=")
	if len(name) < 2 || command.Flags().Lookup(name) == nil {
		return ""
	}
	return name
}

// unknownShort says that what follows a single dash is no flag. The h of a long name is the flag for help and has been read.
func unknownShort(command *cobra.Command, given string) error {
	given, _, _ = strings.Cut(given, "=")
	for _, name := range []string{given, "h" + given} {
		if command.Flags().Lookup(name) != nil {
			return Usage("-%s: flags have two dashes: --%s", name, name)
		}
	}
	if isSecretive(command) {
		return Usage("there is no such flag; flags have two dashes, and %s --help lists them", command.CommandPath())
	}
	return Usage("there is no flag -%.60s; flags have two dashes, and %s --help lists them", given, command.CommandPath())
}

// unknownLong says that what follows two dashes is no flag, and which one was meant.
func unknownLong(command *cobra.Command, given string) error {
	wrong := fmt.Sprintf("there is no flag --%.60s", given)
	if isSecretive(command) {
		wrong = "there is no such flag"
	}
	if meant := nearestFlag(command, given); meant != "" {
		return Usage("%s; did you mean --%s?", wrong, meant)
	}
	return Usage("%s; %s --help lists the flags", wrong, command.CommandPath())
}

// nearestFlag is the flag of a command that an unknown name is nearest to, or begins; "" where there is none.
func nearestFlag(command *cobra.Command, name string) (nearest string) {
	best := 3
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		d := distance(flag.Name, name)
		if len(name) > 2 && strings.HasPrefix(flag.Name, name) {
			d = min(d, 2)
		}
		if d < best && !flag.Hidden {
			best, nearest = d, flag.Name
		}
	})
	return nearest
}

// distance is how many letters must be put in, taken out or replaced to make one word of another (Levenshtein).
func distance(a, b string) int {
	if len(a) > 60 || len(b) > 60 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal, row[j+1] = row[j+1], min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// AddOneOf gives a command a flag that is one of some words, the first of which is the default; short is its letter, if it
// has one. The value is what was chosen once the flags are read.
func AddOneOf(command *cobra.Command, name, short, usage string, words ...string) *OneOf {
	value := &OneOf{Words: words, Value: words[0]}
	command.Flags().VarP(value, name, short, usage)
	command.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	return value
}

// filled is the value of a flag that takes no empty text.
type filled struct{ pflag.Value }

// Set refuses the empty text.
func (f filled) Set(text string) error {
	if text == "" {
		return errors.New("want a value, or no such flag")
	}
	return f.Value.Set(text)
}

// RefuseEmpty has flags that are there take no empty text: it is a variable of a shell that is not set, and what holds without
// the flag may be something else altogether.
func RefuseEmpty(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flag := flags.Lookup(name)
		flag.Value = filled{flag.Value}
	}
}

// OneOf is the value of a flag that is one of some words.
type OneOf struct {
	Words []string
	Value string
}

// Set takes one of the words.
func (o *OneOf) Set(text string) error {
	if !slices.Contains(o.Words, text) {
		return fmt.Errorf("want %s", strings.Join(o.Words, ", "))
	}
	o.Value = text
	return nil
}

// String is the word that is set.
func (o *OneOf) String() string { return o.Value }

// Type is what help texts call the value.
func (o *OneOf) Type() string { return strings.Join(o.Words, "|") }
