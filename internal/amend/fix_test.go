package amend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/amend"
	"github.com/danlu-ml/danlu/internal/space"
)

func fixed(t *testing.T, params string, size int64) (string, error) {
	t.Helper()
	text := "command: [train]\nobjective: loss min\nparams:\n" + params
	after, err := amend.Fix("danlu.yaml", []byte(text), amend.Value{
		Param: "batch_size", Value: space.IntValue(size), By: "danlu batch", Why: "it is fast", On: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
	})
	_, params, _ = strings.Cut(string(after), "params:\n")
	return params, err
}

func TestAParameterIsFixed(t *testing.T) {
	for _, c := range []struct{ name, params, want string }{
		{
			"a choice", "  lr: {float: [1e-3, 1]}\n  batch_size: {choice: [32, 64], ordered: true, default: 32}  # small\n",
			"  lr: {float: [1e-3, 1]}\n  # danlu batch: batch_size was {choice: [32, 64], ordered: true, default: 32}, on 2026-01-02; it is fast\n" +
				"  batch_size: {choice: [64], default: 64}  # small\n",
		},
		{
			"a range with a role", "  batch_size: {int: [8, 512], log: true, role: batch_size}\n",
			"  # danlu batch: batch_size was {int: [8, 512], log: true, role: batch_size}, on 2026-01-02; it is fast\n" +
				"  batch_size: {choice: [64], role: batch_size, default: 64}\n",
		},
		{
			"one that others follow", "  batch_size: {choice: [32, 64]}\n  lr: {float: [1e-3, 1], scales_with: {batch_size: 0.5, at: 32}}\n",
			"  # danlu batch: batch_size was {choice: [32, 64]}, on 2026-01-02; it is fast\n" +
				"  batch_size: {choice: [64], default: 64}\n  lr: {float: [1e-3, 1], scales_with: {batch_size: 0.5, at: 32}}\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := fixed(t, c.params, 64)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			again, err := fixed(t, got, 128)
			want := strings.ReplaceAll(strings.ReplaceAll(c.want, "choice: [64]", "choice: [128]"), "default: 64", "default: 128")
			if d := cmp.Diff(want, again); d != "" || err != nil {
				t.Errorf("fixed anew, it is not what the author wrote that is remembered: %v (-want +got):\n%s", err, d)
			}
		})
	}
}

func TestWhatCantBeFixedIsSaid(t *testing.T) {
	for _, c := range []struct{ name, params, want string }{
		{"over several lines", "  batch_size:\n    choice: [32, 64]\n", "danlu.yaml:4: batch_size can't be changed here"},
		{"braces over several lines", "  batch_size: {choice: [32,\n    64]}\n", "danlu.yaml:4: batch_size can't be changed here: its definition goes over several lines; write choice: [64] yourself"},
		{"another depends on a value", "  batch_size: {choice: [32, 64]}\n  k: {int: [1, 3], when: {batch_size: 32}}\n", "no longer right"},
		{"it is not there", "  lr: {float: [1e-3, 1]}\n", "it is not written in params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := fixed(t, c.params, 64); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q\n%s", err, c.want, got)
			}
		})
	}
}
