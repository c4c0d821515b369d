package deptest

import "strings"

// row says what a package may import, directly.
type row struct {
	pkg   string // below the module's path; "." is the root
	ours  string // packages of this module, each from a row above
	other string // of other modules
	why   string // the package is there, and stops there
}

func (r row) allows() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(r.ours) {
		set[module+"/"+name] = true
	}
	for name := range strings.FieldsSeq(r.other) {
		set[name] = true
	}
	return set
}

// table has the packages from the bottom to the top.
var table = []row{
	// Vocabulary.
	{"internal/space", "", "", "parameters and their units: below everything"},
	{"internal/jsonl", "", "", "lines in a file: what they mean is their owners' business"},
	{"internal/normal", "", "", "functions of one distribution"},
	{"internal/pareto", "internal/normal", "", "sorts and measures points of several objectives: below the vocabulary, since a view has a front"},
	{"internal/study", "internal/pareto internal/space", "", "the log and its fold: knows parameters, and nobody who writes or reads a log"},
	{"internal/study/studytest", "internal/space internal/study", "github.com/google/go-cmp/cmp github.com/google/go-cmp/cmp/cmpopts pgregory.net/rapid", "builds logs for tests"},

	// Mathematics and tools that have never heard of a trial.
	{"internal/sobol", "", "", "a sequence of points"},
	{"internal/triangle", "", "", "triangular matrices"},
	{"internal/gp", "internal/normal internal/triangle", "", "Gaussian processes: have never heard of a parameter"},
	{"internal/parzen", "", "", "densities on the unit cube"},
	{"internal/cma", "", "", "a distribution that learns"},
	{"internal/expr", "internal/space", "", "expressions over values: nearest names come from space"},
	{"internal/proctree", "", "golang.org/x/sys/unix golang.org/x/sys/windows", "who a process is, and whether it lives"},
	{"internal/command", "internal/space", "", "placeholders of a command line, filled in with values"},
	{"internal/text", "internal/space", "", "puts numbers and words into columns"},
	{"internal/man", "", "", "writes roff: knows no verb"},
	{"internal/lrfind", "", "", "reads curves: knows no program that makes them"},
	{"internal/plot", "internal/text", "", "draws charts: knows numbers and no study"},
	{"internal/snapshot", "", "", "copies folders, whoever wants one"},
	{"internal/batchsize", "", "", "says what batch size a training should have, and what the learning rate makes of it; starts nothing"},
	{"internal/probe", "internal/lrfind", "", "which rate to try next: knows neither programs nor studies"},
	{"internal/tfevents", "", "", "a file format of TensorBoard"},
	{"internal/observe", "internal/tfevents", "", "turns what a program writes into reports: knows nothing of who asks"},

	// The trainer: knows nothing of tuning.
	{"internal/trainer/kernel", "", "golang.org/x/sys/cpu", "arithmetic on slices"},
	{"internal/trainer/nn", "internal/trainer/kernel", "", "layers"},
	{"internal/trainer/optim", "internal/trainer/kernel", "", "optimisers"},
	{"internal/trainer/sched", "", "", "schedules of a learning rate"},
	{"internal/trainer/data", "", "", "data sets, embedded and from files"},
	{"internal/trainer", "internal/trainer/kernel internal/trainer/nn internal/trainer/optim internal/trainer/sched internal/trainer/data", "", "a training program: it is tuned like any other, so it must not know by whom"},

	// Deciders: pure functions of the view.
	{"internal/foresight", "internal/gp internal/space internal/study internal/triangle", "", "predicts curves from the view alone: samplers and schedulers read it, and do not know each other"},
	{"internal/sampler", "internal/cma internal/foresight internal/gp internal/normal internal/pareto internal/parzen internal/sobol internal/space internal/study", "", "proposes from the view alone"},
	{"internal/sampler/samplertest", "internal/sampler internal/space internal/study internal/study/studytest", "github.com/google/go-cmp/cmp pgregory.net/rapid", "asks every sampler the same questions"},
	{"internal/scheduler", "internal/foresight internal/pareto internal/space internal/study", "", "judges from the view alone; siblings of samplers, which it does not know"},
	{"internal/scheduler/schedulertest", "internal/scheduler internal/space internal/study internal/study/studytest", "github.com/google/go-cmp/cmp pgregory.net/rapid", "asks every scheduler the same questions"},
	{"internal/importance", "internal/normal internal/space internal/study", "", "tells from a view what mattered; decides nothing"},
	{"internal/stopping", "internal/gp internal/space internal/study", "", "says what more search may bring; whether to stop is the engine's business"},
	{"internal/engine", "internal/expr internal/sampler internal/scheduler internal/space internal/stopping internal/study", "", "puts the deciders' words into events; has no clock, process or file"},

	// Files of people.
	{"internal/spec", "internal/command internal/expr internal/sampler internal/scheduler internal/space internal/study", "go.yaml.in/yaml/v4", "reads danlu.yaml and checks all of it before anything starts"},
	{"internal/option", "", "go.yaml.in/yaml/v4", "reads helps and sources of programs it knows nothing else of; Hydra prints YAML"},
	{"internal/guess", "internal/option internal/space", "", "says what options are to a training; starts nothing"},
	{"internal/draft", "internal/space", "", "writes danlu.yaml, which spec reads"},
	{"internal/fill", "", "go.yaml.in/yaml/v4", "puts values into files of a program that nobody touches"},
	{"internal/amend", "internal/draft internal/space internal/spec", "go.yaml.in/yaml/v4", "changes one thing in the text of a danlu.yaml, whose meaning is spec's"},
	{"internal/sweep", "internal/command internal/draft internal/space", "go.yaml.in/yaml/v4", "translates the files of another tool"},
	{"internal/discover", "internal/command internal/draft internal/fill internal/guess internal/observe internal/option internal/space internal/text internal/tfevents", "", "looks at a program from outside; knows the pieces of danlu init and no study"},
	{"internal/provenance", "internal/study", "golang.org/x/sys/unix golang.org/x/sys/windows", "says what a result came from"},

	// Where logs are kept.
	{"internal/store", "internal/proctree internal/study", "", "the promises of a store, and who holds a lease"},
	{"internal/store/storetest", "internal/proctree internal/space internal/store internal/study internal/study/studytest", "github.com/google/go-cmp/cmp github.com/google/go-cmp/cmp/cmpopts pgregory.net/rapid", "asks every store the same questions"},
	{"internal/store/memory", "internal/store internal/study", "", "a store, and no other"},
	{"internal/store/sqlite", "internal/proctree internal/store internal/study", "golang.org/x/sys/unix golang.org/x/sys/windows modernc.org/sqlite modernc.org/sqlite/lib modernc.org/sqlite/vfs", "a store, and no other; the only one to know SQLite"},

	// Where trials run.
	{"internal/executor", "", "", "the promises of an executor; it knows nothing of metrics or logs"},
	{"internal/wrapper", "internal/executor internal/observe internal/proctree", "golang.org/x/sys/unix golang.org/x/sys/windows", "lives beside every attempt: small, and independent of the driver"},
	{"internal/executor/executortest", "internal/executor internal/proctree", "github.com/google/go-cmp/cmp github.com/google/go-cmp/cmp/cmpopts go.uber.org/goleak", "asks every executor the same questions"},
	{"internal/executor/local", "internal/executor internal/proctree internal/wrapper", "golang.org/x/sys/unix golang.org/x/sys/windows", "an executor, and no other"},
	{"internal/executor/inproc", "internal/executor", "", "an executor, and no other"},
	{"internal/executor/sim", "internal/executor", "", "an executor, and no other"},

	// What trials say, and how they say it.
	{"internal/inbox", "", "", "takes reports in; what becomes of them is its caller's business"},
	{"trialio", "", "", "is imported by other people's programs: standard library only"},
	{"internal/inbox/reportcli", "trialio", "", "a trial's voice in the shell"},
	{"internal/trainer/traincli", "internal/lrfind internal/text internal/trainer trialio", "", "the trainer as a program: knows of tuning what any program knows, trialio, and of rates what a curve says"},

	// Studies in motion.
	{"internal/session", "internal/engine internal/proctree internal/spec internal/store internal/study", "", "the right to write one study"},
	{"internal/runner", "internal/command internal/engine internal/executor internal/inbox internal/session internal/space internal/store internal/study", "", "the one place where things happen at once; knows the interfaces, no implementation"},
	{"internal/salvage", "internal/store internal/study", "", "reads what a damaged store still holds, and writes it to a new one"},
	{"internal/doctor", "internal/executor internal/executor/local internal/provenance internal/study", "golang.org/x/sys/unix golang.org/x/sys/windows", "looks at a machine as trials will find it; opens no store"},
	{"internal/transfer", "internal/space internal/store internal/study", "", "what programs that tune have in common; no format but tables"},
	{"internal/optuna", "internal/space internal/study internal/transfer", "modernc.org/sqlite", "files of Optuna's: it knows SQLite, since they are SQLite, and no store of ours"},
	{"internal/export", "internal/space internal/study internal/tfevents", "", "writes what a view holds"},
	{"internal/pipe", "internal/engine internal/export internal/session internal/space internal/study", "", "ask-and-tell over lines"},
	{"internal/display", "internal/command internal/space internal/stopping internal/study internal/text", "", "draws what a view holds"},

	{"internal/locate", "internal/space internal/store internal/study internal/wrapper", "", "finds the store and the study that is meant"},
	{"internal/wish", "internal/engine internal/locate internal/sampler internal/scheduler internal/session internal/space internal/store internal/study", "", "carries a person's request to a study"},
	{"internal/erase", "internal/store internal/study internal/wrapper", "", "removes a study with its files"},
	{"internal/follow", "internal/wrapper", "", "copies what a program writes"},
	{"internal/rerun", "internal/command internal/study", "", "writes a command line for people"},
	{"internal/page", "internal/command internal/display internal/export internal/expr internal/importance internal/locate internal/plot internal/space internal/stopping internal/store internal/study internal/text", "", "draws what is in a store"},

	// The search benchmark: no part of the program.
	{"internal/benchmark/problem", "internal/space", "", "what a search problem is, and who keeps the score"},
	{"internal/benchmark/table", "internal/benchmark/problem internal/space", "", "problems: recorded trainings"},
	{"internal/benchmark/function", "internal/benchmark/problem internal/space", "", "problems: test functions"},
	{"internal/benchmark/multi", "internal/benchmark/problem internal/pareto internal/space", "", "problems: several objectives"},
	{"internal/benchmark/bbob", "", "", "the functions of BBOB; arithmetic"},
	{"internal/benchmark/training", "internal/benchmark/problem internal/space internal/trainer", "", "problems: real trainings, which the trainer knows nothing of"},
	{"internal/benchmark/suite", "internal/benchmark/bbob internal/benchmark/function internal/benchmark/multi internal/benchmark/problem internal/benchmark/table internal/benchmark/training internal/space", "", "lists the problems there are"},
	{"internal/benchmark/record", "internal/jsonl", "", "keeps results"},
	{"internal/benchmark/stats", "", "", "arithmetic on results"},
	{"internal/benchmark/play", "internal/benchmark/problem internal/benchmark/record internal/engine internal/expr internal/space internal/study", "", "brings searchers and problems together; drives the engine as the runner would"},
	{"internal/benchmark/calibrate", "internal/benchmark/problem internal/engine internal/foresight internal/scheduler internal/study", "", "asks whether forecasts come true; drives the engine as the runner would"},
	{"internal/benchmark/workers", "internal/benchmark/problem internal/engine internal/study", "", "asks how soon a search is there on many workers; drives the engine as the runner would"},
	{"internal/benchmark/report", "internal/benchmark/problem internal/benchmark/record internal/benchmark/stats", "", "says what results mean"},
	{"bench/batch", "internal/batchsize internal/jsonl internal/trainer", "", "measures with the trainer what rates belong to batch sizes"},
	{"bench/search", "internal/benchmark/calibrate internal/benchmark/play internal/benchmark/problem internal/benchmark/record internal/benchmark/report internal/benchmark/stats internal/benchmark/suite internal/benchmark/workers", "", "the search benchmark's commands"},

	// What people start from.
	{"internal/driver", "internal/engine internal/executor internal/executor/inproc internal/executor/local internal/inbox internal/provenance internal/runner internal/sampler internal/scheduler internal/session internal/snapshot internal/spec internal/store internal/study internal/wrapper", "", "puts a run together: the one place below the commands that knows implementations"},
	{"internal/aside", "internal/driver internal/engine internal/locate internal/provenance internal/runner internal/space internal/spec internal/store internal/study internal/text", "", "runs a study beside a study; what is asked is its callers' business"},
	{"internal/lrstudy", "internal/aside internal/batchsize internal/engine internal/lrfind internal/plot internal/probe internal/sampler internal/scheduler internal/space internal/store internal/study internal/text internal/trainer/sched", "", "finds a rate by running programs, and leaves it to others what a curve means"},
	{"internal/batchstudy", "internal/aside internal/batchsize internal/engine internal/lrstudy internal/plot internal/proctree internal/sampler internal/scheduler internal/space internal/store internal/study internal/text internal/wrapper", "", "finds a batch size by running programs, and measures them meanwhile; leaves it to others what that means"},
	{"internal/demo", "internal/executor internal/inbox internal/sampler internal/scheduler internal/spec internal/store internal/study internal/trainer", "", "a study ready to run; the only meeting of trainer and tuning below the commands"},
	{".", "internal/engine internal/session internal/space internal/spec internal/store internal/store/memory internal/store/sqlite internal/study", "", "the Go library"},
	{"internal/deptest", "", "", "this"},
	{"internal/e2e", "internal/study internal/tfevents trialio", "", "tries the program from outside"},
	{"docs", "", "", "holds the documents against the program"},
	{"examples", "", "", "runs the examples"},
	{"examples/go/moons", "", "", "an example: knows nothing of tuning"},
	{"examples/go/train", "examples/go/moons trialio", "", "an example: a program that danlu starts"},
	{"examples/go/search", allOfOurs, "", "an example: the library inside a program"},
	{"bench", "trialio", "", "runs benchmarks as a user would: from outside"},
	{"bench/schedules", "internal/benchmark/stats internal/trainer", "", "trains with every schedule: the trainer does not know it is studied"},
	{"bench/lr", "internal/benchmark/stats internal/jsonl internal/lrfind internal/probe internal/trainer", "", "judges rate finders by full trainings"},
	{"bench/torch", "internal/benchmark/stats internal/trainer internal/trainer/kernel", "", "compares the trainer with PyTorch, which is a program to it"},
	{"scripts/ansisvg", "internal/text", "", "draws a terminal's text for the documents"},
	{"scripts/reference", "", "", "collects what the program, the schema and comments say, for docs/reference.md"},
	{"scripts/notice", "", "", "collects licences for NOTICE"},
	{"cmd/danlu", allOfOurs, "github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term golang.org/x/sys/unix golang.org/x/sys/windows", "one file a verb, no logic; the only one to know every implementation"},
}

// allOfOurs allows every package of the module.
const allOfOurs = "*"

// ban forbids packages to a package, at any distance.
type ban struct {
	pkgs   string
	banned string
	why    string
}

var bans = []ban{
	{
		"internal/wrapper",
		"net/http crypto/tls html/template github.com/spf13/cobra modernc.org/sqlite go.yaml.in/yaml/v4",
		"a wrapper runs beside every attempt, a thousand of them on one machine: what it imports costs memory each time",
	},
	{
		"trialio internal/inbox/reportcli",
		"github.com/spf13/cobra modernc.org/sqlite go.yaml.in/yaml/v4",
		"a training program must not pay for what tunes it",
	},
	{
		"internal/space internal/study internal/sobol internal/expr internal/sampler internal/scheduler",
		"os/exec net net/http os/signal",
		"deciders start nothing and wait for nothing",
	},
	{
		"internal/trainer internal/trainer/traincli",
		module + "/internal/study " + module + "/internal/engine " + module + "/internal/store",
		"the trainer is tuned like any other program and must not know by whom",
	},
	{
		"internal/engine",
		"os/exec net net/http os/signal",
		"the engine says what is to be done; the runner does it",
	},
	{
		"internal/runner internal/pipe",
		"modernc.org/sqlite github.com/spf13/cobra",
		"the loop knows the interfaces alone",
	},
}
