// Command colloquy is the discussion forum of a community of practice. Without
// arguments it serves the site; --help lists the other commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"colloquy/app/config"
	"colloquy/app/server"
)

// version is set when a release is built.
var version = "development"

// command is one thing that the program does.
type command struct {
	name string
	// takes names the arguments, says tells in one line what it does.
	takes, says string
	run         func(ctx context.Context, call call) error
}

// call is how a command was called.
type call struct {
	config config.Config
	flags  *flag.FlagSet
	args   []string
	out    io.Writer
	log    io.Writer
}

// parse reads the command's own flags; what is left are its arguments, of which there
// must be between least and most.
func (c *call) parse(least, most int) error {
	if err := c.flags.Parse(c.args); err != nil {
		return err
	}
	// Flags may stand behind the arguments too.
	var args []string
	for c.flags.NArg() > 0 {
		args = append(args, c.flags.Arg(0))
		if err := c.flags.Parse(c.flags.Args()[1:]); err != nil {
			return err
		}
	}
	c.args = args
	if len(args) < least || len(args) > most {
		return fmt.Errorf("%s: wrong number of arguments; see --help", c.flags.Name())
	}
	return nil
}

func main() {
	server.Version = version
	err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "colloquy:", sentence(err))
		os.Exit(1)
	}
}

// sentence makes one line of an error.
func sentence(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// run finds the command that the arguments name and runs it.
func run(ctx context.Context, args []string, getenv func(string) string, out, log io.Writer) error {
	if len(args) == 0 {
		args = []string{"serve"}
	}
	if help(args[0]) {
		return usage(out)
	}
	found, rest, err := find(args)
	if err != nil {
		return err
	}
	flags := flag.NewFlagSet("colloquy "+found.name, flag.ContinueOnError)
	// What is wrong with a flag is told once, by main.
	flags.SetOutput(io.Discard)
	c, err := config.Load(getenv)
	if err != nil && found.name != "version" && found.name != "doctor" {
		return err
	}
	if found.name == "doctor" && err != nil {
		return fmt.Errorf("the configuration is wrong: %w", err)
	}
	err = found.run(ctx, call{config: c, flags: flags, args: rest, out: out, log: log})
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "colloquy %s %s\n  %s\n", found.name, found.takes, found.says)
		flags.SetOutput(out)
		flags.PrintDefaults()
	}
	return err
}

func help(word string) bool {
	return word == "--help" || word == "-h" || word == "-help" || word == "help"
}

// find takes the longest command that the arguments begin with.
func find(args []string) (command, []string, error) {
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		for _, c := range commands {
			if c.name == name {
				return c, args[words:], nil
			}
		}
	}
	return command{}, nil, fmt.Errorf("there is no command %q; see --help", args[0])
}

func usage(out io.Writer) error {
	lines := []string{"colloquy is a discussion forum. Its commands:", ""}
	for _, c := range commands {
		lines = append(lines, fmt.Sprintf("  %-58s %s", strings.TrimSpace(c.name+" "+c.takes), c.says))
	}
	lines = append(lines, "", "It is configured by environment variables; docs/configuration.md lists them.", "")
	_, err := io.WriteString(out, strings.Join(lines, "\n"))
	return err
}
