package optuna

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/transfer"
)

// schemaVersion and revision name the schema, of Optuna 3.2 to 5.
const (
	schemaVersion = 12
	revision      = "v3.2.0.a"
	library       = "4.9.0" // the version that is said to have written the file
)

// schema is the tables as Optuna's SQLAlchemy models make them.
const schema = `
create table studies (study_id integer not null primary key, study_name varchar(512) not null);
create unique index ix_studies_study_name on studies (study_name);
create table version_info (version_info_id integer not null primary key, schema_version integer, library_version varchar(256), check (version_info_id=1));
create table study_directions (study_direction_id integer not null primary key, direction varchar(8) not null, study_id integer not null, objective integer not null, unique (study_id, objective), foreign key(study_id) references studies (study_id));
create table study_user_attributes (study_user_attribute_id integer not null primary key, study_id integer, "key" varchar(512), value_json text, unique (study_id, "key"), foreign key(study_id) references studies (study_id));
create table study_system_attributes (study_system_attribute_id integer not null primary key, study_id integer, "key" varchar(512), value_json text, unique (study_id, "key"), foreign key(study_id) references studies (study_id));
create table trials (trial_id integer not null primary key, number integer, study_id integer, state varchar(8) not null, datetime_start datetime, datetime_complete datetime, foreign key(study_id) references studies (study_id));
create index ix_trials_study_id on trials (study_id);
create table trial_user_attributes (trial_user_attribute_id integer not null primary key, trial_id integer, "key" varchar(512), value_json text, unique (trial_id, "key"), foreign key(trial_id) references trials (trial_id));
create table trial_system_attributes (trial_system_attribute_id integer not null primary key, trial_id integer, "key" varchar(512), value_json text, unique (trial_id, "key"), foreign key(trial_id) references trials (trial_id));
create table trial_params (param_id integer not null primary key, trial_id integer, param_name varchar(512), param_value float, distribution_json text, unique (trial_id, param_name), foreign key(trial_id) references trials (trial_id));
create table trial_values (trial_value_id integer not null primary key, trial_id integer not null, objective integer not null, value float, value_type varchar(7) not null, unique (trial_id, objective), foreign key(trial_id) references trials (trial_id));
create table trial_intermediate_values (trial_intermediate_value_id integer not null primary key, trial_id integer not null, step integer not null, intermediate_value float, intermediate_value_type varchar(7) not null, unique (trial_id, step), foreign key(trial_id) references trials (trial_id));
create table trial_heartbeats (trial_heartbeat_id integer not null primary key, trial_id integer not null, heartbeat datetime not null, unique (trial_id), foreign key(trial_id) references trials (trial_id));
create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num));
`

// Write makes an Optuna SQLite file with one study. A file that is there already is
// refused: the error wraps [os.ErrExist].
func Write(ctx context.Context, path string, s *transfer.Study) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", uri(path, "rw"))
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, db.Close()); err != nil {
			os.Remove(path)
		}
	}()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	w := writer{ctx: ctx, tx: tx}
	w.study(s)
	if w.err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, w.err), tx.Rollback())
	}
	return tx.Commit()
}

// writer keeps the first error.
type writer struct {
	ctx   context.Context
	tx    *sql.Tx
	err   error
	wide  map[string]space.Domain // the domains as wide as the values there are
	trial int
}

func (w *writer) exec(query string, args ...any) {
	if w.err == nil {
		_, w.err = w.tx.ExecContext(w.ctx, query, args...)
	}
}

func (w *writer) json(v any) string {
	text, err := json.Marshal(v)
	if w.err == nil {
		w.err = err
	}
	return string(text)
}

func (w *writer) study(s *transfer.Study) {
	w.exec(schema)
	w.exec(`insert into version_info values (1, ?, ?)`, schemaVersion, library)
	w.exec(`insert into alembic_version values (?)`, revision)
	w.exec(`insert into studies values (1, ?)`, s.Name)
	var names []string
	for i, o := range s.Objectives {
		direction := "MINIMIZE"
		if o.Maximize {
			direction = "MAXIMIZE"
		}
		names = append(names, o.Metric)
		w.exec(`insert into study_directions (direction, study_id, objective) values (?, 1, ?)`, direction, i)
	}
	w.exec(`insert into study_system_attributes (study_id, key, value_json) values (1, 'study:metric_names', ?)`, w.json(names))
	w.exec(`insert into study_user_attributes (study_id, key, value_json) values (1, ?, ?)`, spaceAttr, w.json(s.Space))
	w.wide = widened(s)
	for i, t := range s.Trials {
		w.trial = i + 1
		w.trialOf(s, t)
	}
}

// widened are the domains, with room for values outside, as parameters have that
// follow others.
func widened(s *transfer.Study) map[string]space.Domain {
	wide := map[string]space.Domain{}
	for i := range s.Space.Len() {
		p := s.Space.Param(i)
		d := p.Domain
		for _, t := range s.Trials {
			v, ok := t.Params[p.Name]
			if !ok {
				continue
			}
			switch x := d.(type) {
			case space.Float:
				if f := v.Float(); f < x.Low || f > x.High {
					x.Low, x.High, x.Step = min(x.Low, f), max(x.High, f), 0
					d = x
				}
			case space.Int:
				if n := v.Int(); n < x.Low || n > x.High {
					x.Low, x.High, x.Step = min(x.Low, n), max(x.High, n), 1
					d = x
				}
			}
		}
		wide[p.Name] = d
	}
	return wide
}

var stateOf = map[study.State]string{
	study.Waiting: "WAITING", study.Paused: "WAITING", study.Running: "RUNNING", study.Completed: "COMPLETE",
	study.Stopped: "PRUNED", study.Diverged: "FAIL", study.Infeasible: "FAIL", study.Failed: "FAIL",
}

func (w *writer) trialOf(s *transfer.Study, t transfer.Trial) {
	w.exec(`insert into trials values (?, ?, 1, ?, ?, ?)`, w.trial, w.trial-1, stateOf[t.State], stampOf(t.Started), stampOf(t.Ended))
	for _, name := range s.Space.Names() {
		if v, ok := t.Params[name]; ok {
			internal, text := w.internal(w.wide[name], v)
			w.exec(`insert into trial_params (trial_id, param_name, param_value, distribution_json) values (?, ?, ?, ?)`, w.trial, name, internal, text)
		}
	}
	for i, o := range s.Objectives {
		if v, ok := t.Values[o.Metric]; ok {
			x, kind := kindOf(v)
			if kind != "NAN" { // Optuna's reader wants a number here
				w.exec(`insert into trial_values (trial_id, objective, value, value_type) values (?, ?, ?, ?)`, w.trial, i, x, kind)
			}
		}
	}
	for _, p := range t.Points {
		if p.Metric == s.Objectives[0].Metric {
			x, kind := kindOf(p.Value)
			w.exec(`insert into trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) values (?, ?, ?, ?)`, w.trial, p.Step, x, kind)
		}
	}
	attrs := map[string]any{stateAttr: t.State}
	if t.Reason != "" {
		attrs[reasonAttr] = t.Reason
	}
	if t.Why != "" {
		attrs[whyAttr] = t.Why
	}
	for name, v := range t.Metrics {
		if !math.IsNaN(v) && !math.IsInf(v, 0) && !strings.HasPrefix(name, "danlu:") {
			attrs[name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		w.exec(`insert into trial_user_attributes (trial_id, key, value_json) values (?, ?, ?)`, w.trial, name, w.json(attrs[name]))
	}
}

func stampOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Local().Format(stamp)
}

func kindOf(v float64) (x any, kind string) {
	switch {
	case math.IsNaN(v):
		return nil, "NAN"
	case math.IsInf(v, 1):
		return nil, "INF_POS"
	case math.IsInf(v, -1):
		return nil, "INF_NEG"
	}
	return v, "FINITE"
}

// internal is Optuna's number for a value, with its distribution. Optuna knows no
// steps on a scale by factors.
func (w *writer) internal(d space.Domain, v space.Value) (float64, string) {
	switch d := d.(type) {
	case space.Float:
		var step any
		if d.Step > 0 && !d.Log {
			step = d.Step
		}
		return v.Float(), w.distribution("Float", map[string]any{"step": step, "low": d.Low, "high": d.High, "log": d.Log})
	case space.Int:
		step := max(d.Step, 1)
		if d.Log {
			step = 1
		}
		return float64(v.Int()), w.distribution("Int", map[string]any{"step": step, "low": d.Low, "high": d.High, "log": d.Log})
	case space.Choice:
		choices := make([]any, len(d.Values))
		for i, c := range d.Values {
			choices[i] = c.Any()
		}
		return float64(max(slices.Index(d.Values, v), 0)), w.distribution("Categorical", map[string]any{"choices": choices})
	}
	return 0, ""
}

func (w *writer) distribution(kind string, attributes map[string]any) string {
	return w.json(map[string]any{"name": kind + "Distribution", "attributes": attributes})
}
