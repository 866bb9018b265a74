package main

import (
	"context"
	"fmt"

	"colloquy/app/server"
)

// commands are all commands, in the order of --help.
var commands = []command{
	{"serve", "", "runs the site (the default)", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.Serve(ctx, c.config, c.out, c.log)
	}},
	{"migrate", "", "brings the database up to date", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.Migrate(ctx, c.config, c.out, c.log)
	}},
	{"migrate status", "", "says where the database stands", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.MigrateStatus(ctx, c.config, c.out, c.log)
	}},
	{"demo", "", "fills an empty database with fictional people and threads", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.Demo(ctx, c.config, c.out, c.log)
	}},
	{"bench-data", "--threads N --responses N --members N [--longest N]", "writes a large, repeatable data set", benchData},
	{"import threads", "FILE.jsonl[.gz] [--theme TITLE]", "imports conversations; again adds nothing", importThreads},
	{"export", "FILE.zip", "writes the whole community in open formats", func(ctx context.Context, c call) error {
		if err := c.parse(1, 1); err != nil {
			return err
		}
		return server.Export(ctx, c.config, c.args[0], c.out, c.log)
	}},
	{"backup", "FILE", "writes everything, beside a running site", func(ctx context.Context, c call) error {
		if err := c.parse(1, 1); err != nil {
			return err
		}
		return server.Backup(ctx, c.config, c.args[0], c.out, c.log)
	}},
	{"restore", "FILE [--force]", "reads a backup into a stopped site", restore},
	{"epoch renew", "", "after a restore by other means or a fail-over", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.EpochRenew(ctx, c.config, c.out, c.log)
	}},
	{"member add", "--email E --name N --group G [--role R]", "makes a member", memberAdd},
	{"member change", "EMAIL [--group G] [--role R]", "gives a member another group or role", memberChange},
	{"member suspend", "EMAIL [--days N]", "keeps a member out", memberSuspend},
	{"member lift", "EMAIL", "ends a suspension", func(ctx context.Context, c call) error {
		if err := c.parse(1, 1); err != nil {
			return err
		}
		return server.MemberLift(ctx, c.config, c.args[0], c.out, c.log)
	}},
	{"member leave", "EMAIL --texts keep|remove", "ends a membership for good", memberLeave},
	{"member link", "EMAIL", "prints a one-time sign-in link", func(ctx context.Context, c call) error {
		if err := c.parse(1, 1); err != nil {
			return err
		}
		return server.MemberLink(ctx, c.config, c.args[0], c.out, c.log)
	}},
	{"token create", "--member EMAIL [--name NAME]", "prints a new access token", tokenCreate},
	{"token list", "", "lists access tokens", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.TokenList(ctx, c.config, c.out, c.log)
	}},
	{"token revoke", "ID", "ends an access token", func(ctx context.Context, c call) error {
		if err := c.parse(1, 1); err != nil {
			return err
		}
		return server.TokenRevoke(ctx, c.config, c.args[0], c.out, c.log)
	}},
	{"doctor", "", "checks configuration, database, mail and disk", func(ctx context.Context, c call) error {
		if err := c.parse(0, 0); err != nil {
			return err
		}
		return server.Doctor(ctx, c.config, c.out, c.log)
	}},
	{"version", "", "prints the version", func(_ context.Context, c call) error {
		_, err := fmt.Fprintln(c.out, "colloquy", version)
		return err
	}},
}

func benchData(ctx context.Context, c call) error {
	size := server.Measure{}
	c.flags.IntVar(&size.Threads, "threads", 100, "how many threads")
	c.flags.IntVar(&size.Responses, "responses", 5000, "how many responses in all")
	c.flags.IntVar(&size.Members, "members", 50, "how many members")
	c.flags.IntVar(&size.Longest, "longest", 0, "how many responses the longest thread has (0: as it comes)")
	if err := c.parse(0, 0); err != nil {
		return err
	}
	return server.BenchData(ctx, c.config, size, c.out, c.log)
}

func importThreads(ctx context.Context, c call) error {
	theme := c.flags.String("theme", "", "the theme of conversations that name none (default: Imported conversations)")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	return server.ImportThreads(ctx, c.config, c.args[0], *theme, c.out, c.log)
}

func restore(ctx context.Context, c call) error {
	force := c.flags.Bool("force", false, "replace what the database holds")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	return server.Restore(ctx, c.config, c.args[0], *force, c.out, c.log)
}

func memberAdd(ctx context.Context, c call) error {
	email := c.flags.String("email", "", "the member's address")
	name := c.flags.String("name", "", "the name as it will be read")
	group := c.flags.String("group", "", "the exact name of the stakeholder group")
	role := c.flags.String("role", "member", "member, moderator or convener")
	if err := c.parse(0, 0); err != nil {
		return err
	}
	return server.MemberAdd(ctx, c.config, *email, *name, *group, *role, c.out, c.log)
}

func memberChange(ctx context.Context, c call) error {
	group := c.flags.String("group", "", "the exact name of the stakeholder group to move to")
	role := c.flags.String("role", "", "member, moderator or convener")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	return server.MemberChange(ctx, c.config, c.args[0], *group, *role, c.out, c.log)
}

func memberSuspend(ctx context.Context, c call) error {
	days := c.flags.Int("days", 36500, "for how many days")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	return server.MemberSuspend(ctx, c.config, c.args[0], *days, c.out, c.log)
}

func memberLeave(ctx context.Context, c call) error {
	texts := c.flags.String("texts", "", "what becomes of the texts: keep (as a former member's) or remove")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	return server.MemberLeave(ctx, c.config, c.args[0], *texts, c.out, c.log)
}

func tokenCreate(ctx context.Context, c call) error {
	member := c.flags.String("member", "", "the member's address")
	name := c.flags.String("name", "command line", "what the token is for")
	if err := c.parse(0, 0); err != nil {
		return err
	}
	return server.TokenCreate(ctx, c.config, *member, *name, c.out, c.log)
}
