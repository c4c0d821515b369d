# danlu: build, check, measure. `make test` is everything, on a fresh machine too:
# it needs Go, Python 3, git and, for the race detector, a C compiler (installed
# where that is possible, like the libraries of the examples). Nothing outside this
# folder is changed otherwise.

GO       ?= go
PLATFORMS = linux/arm64 darwin/arm64 windows/amd64

GOFUMPT     = $(GO) run mvdan.cc/gofumpt@v0.12.0
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The binary is static, and the caller's settings must not matter.
export CGO_ENABLED = 0
export GOFLAGS     = -buildvcs=false
unexport DANLU_LONG

.DEFAULT_GOAL = build
.NOTPARALLEL:
.PHONY: build man test lint fmt cross unit race client examples long soak bench bench-schedules bench-torch demo picture clean

build: ## dist/danlu, with its commit in it where git can tell
	$(GO) build -buildvcs=$$(git status >/dev/null 2>&1 && echo auto || echo false) \
		-trimpath -ldflags '-s -w' -o dist/danlu ./cmd/danlu

man: ## dist/danlu.1, the manual page
	@mkdir -p dist
	$(GO) run ./cmd/danlu man > dist/danlu.1

test: lint unit race client examples long cross ## everything
	@echo 'make test: all passed'

lint: ## format, vet, staticcheck, words that must not stay, licences
	@bad=$$($(GOFUMPT) -l .) || exit 1; \
	if [ -n "$$bad" ]; then echo "not formatted (make fmt):"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...
	scripts/leftovers
	$(GO) run ./scripts/notice | cmp -s - NOTICE || { echo 'NOTICE is out of date: go run ./scripts/notice > NOTICE'; exit 1; }

fmt:
	$(GOFUMPT) -l -w .

unit: ## every Go test, short rounds; the trainer's arithmetic in double precision too
	$(GO) test -timeout 10m ./...
	$(GO) test -tags float64check ./internal/trainer/kernel ./internal/trainer/nn ./internal/trainer/optim

race: ## the same under the race detector, shorter still
	scripts/need-cc
	CGO_ENABLED=1 $(GO) test -race -short -timeout 15m ./...

client: build ## the Python client, on every Python there is
	scripts/test-client

examples: build ## every example for a few trials, the helpers with their libraries, types
	scripts/test-examples
	scripts/check-types

long: ## long rounds of the packages that have some
	DANLU_LONG=1 $(GO) test -count=1 -timeout 20m \
		$$(grep -rl --include='*_test.go' DANLU_LONG . | xargs -n1 dirname | sort -u)
	DANLU_LONG=1 $(GO) test -count=1 -timeout 20m ./internal/sampler

# The packages whose tests draw their cases at random, themselves or by a suite.
DRAWN = $$($(GO) list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}' ./... \
	| grep -E 'net/rapid|(store|sampler|scheduler|study)test' | cut -d' ' -f1)

soak: ## for an hour, what is left to chance: far more draws, and the tests that kill again and again
	$(GO) test -count=1 -timeout 60m $(DRAWN) -rapid.checks=3000 -rapid.nofailfile
	DANLU_LONG=1 $(GO) test -count=5 -timeout 60m ./internal/e2e ./internal/executor/local ./internal/runner ./internal/salvage ./internal/store/sqlite

cross: ## the other platforms compile
	@for p in $(PLATFORMS); do \
		echo "build and vet for $$p"; \
		GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build ./... && \
		GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet ./... || exit 1; \
	done

bench: build ## the figures of docs/benchmarks.md
	$(GO) run ./bench

# Searchers of the search benchmark that are ours; others are named by hand, since they
# take hours: go run ./bench/search run --searchers optuna:tpe --suite tables
SEARCHERS = danlu:auto,danlu:tpe,danlu:gp,danlu:cmaes,danlu:sobol,danlu:random

bench-search: ## how good the configurations found are; goes on where it was, hours from nothing
	$(GO) run ./bench/search run --suite tables,functions,bbob,conditional,constrained,trainings --searchers $(SEARCHERS)
	$(GO) run ./bench/search run --suite multi --searchers danlu:auto,danlu:tpe,danlu:nsga2,danlu:random
	$(GO) run ./bench/search run --suite fidelity --searchers danlu:auto+auto,danlu:auto+asha,danlu:tpe+median
	for cluster in "" "--stragglers 0.2" "--failing 0.3"; do \
		$(GO) run ./bench/search workers $$cluster && \
		$(GO) run ./bench/search workers $$cluster --searchers auto+freeze-thaw --workers 1,8,64 || exit 1; done
	$(GO) run ./bench/search report

bench-peers: ## the packages it is compared with, into bench/search/peers/.venv
	bench/search/peers/install

bench-schedules: ## what the schedules of the learning rate are worth; goes on where it was
	$(GO) run ./bench/schedules
	$(GO) run ./bench/schedules -report

bench-torch: ## the trainer beside PyTorch, in CPU-seconds; installs PyTorch where it is not
	bench/torch/install
	$(GO) run ./bench/torch --python bench/torch/.venv/debian --python bench/torch/.venv/bin/python

demo: build
	dist/danlu demo

picture: build ## docs/demo.svg, from a real run
	scripts/screenshot

clean:
	rm -rf dist .venv
