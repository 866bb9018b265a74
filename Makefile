# What a developer does, one target an act. `make run` and `make test` need Go
# and nothing else; `make check` fetches its tools (Go modules, two npm packages).

GO    ?= go
NPM   ?= npm
TOOL  := $(GO) tool -modfile=tools/go.mod
CODE  := app models handlers views static
SHELL := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help run demo build test race bench bench-live views check format vet lint generated types tidy

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: ## the site on http://localhost:8080, on the embedded database in ./data
	$(GO) run ./app

demo: ## the demo community in a directory that is gone afterwards
	@directory=$$(mktemp -d) && trap 'rm -rf "$$directory"' EXIT && trap 'exit 130' INT TERM && \
	$(GO) build -o "$$directory/colloquy" ./app && \
	export COLLOQUY_DATA_DIR="$$directory/data" DATABASE_URL= && \
	"$$directory/colloquy" demo && "$$directory/colloquy" serve

build: ## the program, static, as .build/colloquy
	CGO_ENABLED=0 $(GO) build -trimpath -o .build/colloquy ./app

# What this machine lacks is said first; the closing lines are go test's own.
# With CI=true a part that is left out fails.
test: ## every test this machine can run, and what it cannot
	@$(GO) test -count=1 -v -run '^TestWhatIsLeftOut$$' ./app/forumtest | grep -E '^(Left out|Nothing is left out)' || true
	$(GO) test -timeout 20m ./...

race: ## every test under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -timeout 40m ./...

# The first line compares and prints a table; the second is for profiles. Some minutes.
bench: ## what the site costs beside its budgets (docs/benchmarks.md)
	@$(GO) test -run '^$$' -bench '^BenchmarkBudgets$$' -benchtime 1x -timeout 15m ./app/server
	@$(GO) test -run '^$$' -bench '^Benchmark(Pages|Render|Plain|Plural)$$' -benchtime 300ms -benchmem -timeout 5m ./app/server ./app/prose ./views/words

# Linux only. LIVE holds flags, such as LIVE="-live.readers 1000"; go test -bench BenchmarkLive/cuts is one part.
bench-live: ## what live updates cost beside their targets (docs/benchmarks.md)
	@$(GO) test -run '^$$' -bench '^BenchmarkLive$$' -benchtime 1x -timeout 15m ./app/server $(LIVE)

views: ## Go from the templates
	$(TOOL) templ generate -path views

check: tidy generated format vet lint types ## everything that is no test

format:
	@unformatted=$$($(TOOL) gofumpt -l $(CODE)) && \
	if [ -n "$$unformatted" ]; then echo "Not formatted (go tool -modfile=tools/go.mod gofumpt -w FILE):"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(TOOL) golangci-lint run ./...

# Compared by content, not with git: a dirty tree is fine.
generated:
	@sums() { find views -name '*_templ.go' -exec cksum {} + | sort; }; \
	before=$$(sums) && $(TOOL) templ generate -path views && \
	if [ "$$before" != "$$(sums)" ]; then echo "The Go of the templates was stale and has been renewed: commit it."; exit 1; fi

types: tools/node_modules/.package-lock.json
	$(NPM) --prefix tools run --silent types

tools/node_modules/.package-lock.json: tools/package.json tools/package-lock.json
	$(NPM) ci --prefix tools --ignore-scripts --no-audit --no-fund

tidy:
	$(GO) mod tidy -diff
	cd tools && $(GO) mod tidy -diff
