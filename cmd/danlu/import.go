package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/optuna"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/transfer"
)

func newImport(a *app) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "studies of Optuna, or a table, into the store",
		Long: `Import makes studies of a file: Optuna's SQLite file or journal, or a CSV file
with a trial a row. They can be looked at, exported, and a start for others.

Of a table, say which columns are parameters and which one is the objective; the
ranges are those the values span. Columns called params.NAME and values.NAME, as
danlu export writes them, are found by themselves.`,
		Example: `  danlu import optuna.db
  danlu import journal.log --study old --name new
  danlu import sweep.csv --params lr,batch_size --objective 'val_acc max'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			studies, err := f.read(cmd.Context(), args[0])
			if err != nil {
				return exitWith(codeUsage, err)
			}
			return a.take(cmd.Context(), studies)
		},
	}
	cmd.Flags().StringVar(&f.study, "study", "", "only the `STUDY` of this name")
	cmd.Flags().StringVar(&f.name, "name", "", "what the study is called here")
	cmd.Flags().StringSliceVar(&f.params, "params", nil, "of a table: the `COLUMNS` that are parameters")
	cmd.Flags().StringArrayVar(&f.objectives, "objective", nil, "of a table: the `COLUMN` to judge by, and max or min")
	return cmd
}

type importFlags struct {
	study, name string
	params      []string
	objectives  []string
}

// read reads the studies that are meant.
func (f importFlags) read(ctx context.Context, path string) ([]*transfer.Study, error) {
	if strings.EqualFold(filepath.Ext(path), ".csv") || len(f.objectives) > 0 {
		s, err := f.table(path)
		return []*transfer.Study{s}, err
	}
	all, err := optuna.Read(ctx, path)
	if err != nil {
		return nil, err
	}
	var studies []*transfer.Study
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
		if f.study == "" || f.study == s.Name {
			s.Name = transfer.SafeName(s.Name)
			studies = append(studies, s)
		}
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("%s has no study with a trial", path)
	case len(studies) == 0:
		return nil, fmt.Errorf("%s has no study %q; there are %s", path, f.study, strings.Join(names, ", "))
	case f.name != "" && len(studies) > 1:
		return nil, fmt.Errorf("--name names one study, and %s has %s; say which with --study", path, strings.Join(names, ", "))
	case f.name != "":
		studies[0].Name = transfer.SafeName(f.name)
	}
	return studies, nil
}

func (f importFlags) table(path string) (*transfer.Study, error) {
	o := transfer.TableOptions{Name: f.name, Params: f.params}
	if o.Name == "" {
		o.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	o.Name = transfer.SafeName(o.Name)
	if len(f.objectives) == 0 {
		return nil, errors.New("--objective is missing: say which column to judge by, as in --objective 'val_acc max'")
	}
	for _, text := range f.objectives {
		objective, err := spec.ParseObjective(text)
		if err != nil {
			return nil, fmt.Errorf("--objective: %w", err)
		}
		o.Objectives = append(o.Objectives, objective)
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return transfer.ReadTable(path, in, o)
}

// take makes studies in the store, which is made where there is none.
func (a *app) take(ctx context.Context, studies []*transfer.Study) (err error) {
	path := a.storeFor("danlu.yaml")
	st, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	for _, s := range studies {
		err := s.Into(ctx, st, session.Me("danlu import"), study.Provenance{Danlu: version(), Args: os.Args[1:]}, time.Now())
		if errors.Is(err, transfer.ErrThere) {
			return exitWith(codeUsage, err)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "study %s  %d trials, kept in %s\n", s.Name, len(s.Trials), path)
	}
	return nil
}
