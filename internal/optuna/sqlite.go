package optuna

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// stamp is how SQLAlchemy keeps a time in SQLite.
const stamp = "2006-01-02 15:04:05.000000"

// readSQLite reads the studies of an Optuna SQLite file.
func readSQLite(ctx context.Context, path string) ([]*record, error) {
	db, err := sql.Open("sqlite", uri(path, "ro"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var version int
	if err := db.QueryRowContext(ctx, `select schema_version from version_info`).Scan(&version); err != nil {
		return nil, fmt.Errorf("it is no storage of Optuna's: %w", err)
	}
	if version != schemaVersion {
		return nil, fmt.Errorf("its schema has version %d, and %d is known here: run `optuna storage upgrade --storage sqlite:///%s` first", version, schemaVersion, path)
	}
	l := loader{ctx: ctx, db: db, studies: map[int64]*record{}, trials: map[int64]*trial{}}
	l.each(`select study_id, study_name from studies order by study_id`, func(scan func(...any)) {
		var id int64
		r := &record{}
		scan(&id, &r.name)
		l.studies[id] = r
		l.order = append(l.order, r)
	})
	l.each(`select study_id, direction from study_directions order by study_id, objective`, func(scan func(...any)) {
		var id int64
		var d string
		scan(&id, &d)
		l.study(id).directions = append(l.study(id).directions, d)
	})
	for _, table := range []string{"study_system_attributes", "study_user_attributes"} {
		l.each(`select study_id, key, value_json from `+table, func(scan func(...any)) {
			var id int64
			var key, value string
			scan(&id, &key, &value)
			l.study(id).attr(key, value)
		})
	}
	l.each(`select trial_id, study_id, state, datetime_start, datetime_complete from trials order by study_id, number`, func(scan func(...any)) {
		var id, study int64
		var start, end sql.NullString
		t := &trial{params: map[string]param{}, points: map[int64]float64{}, attrs: map[string]json.RawMessage{}}
		scan(&id, &study, &t.state, &start, &end)
		t.start, t.end = localTime(start.String), localTime(end.String)
		l.trials[id] = t
		l.study(study).trials = append(l.study(study).trials, t)
	})
	l.each(`select trial_id, param_name, param_value, distribution_json from trial_params order by param_id`, func(scan func(...any)) {
		var id int64
		var name string
		var p param
		scan(&id, &name, &p.internal, &p.distribution)
		t := l.trial(id)
		t.params[name] = p
		t.order = append(t.order, name)
	})
	l.each(`select trial_id, value, value_type from trial_values order by trial_id, objective`, func(scan func(...any)) {
		var id int64
		var v sql.NullFloat64
		var kind string
		scan(&id, &v, &kind)
		l.trial(id).values = append(l.trial(id).values, valueOf(v, kind))
	})
	l.each(`select trial_id, step, intermediate_value, intermediate_value_type from trial_intermediate_values`, func(scan func(...any)) {
		var id, step int64
		var v sql.NullFloat64
		var kind string
		scan(&id, &step, &v, &kind)
		l.trial(id).points[step] = valueOf(v, kind)
	})
	l.each(`select trial_id, key, value_json from trial_user_attributes`, func(scan func(...any)) {
		var id int64
		var key, value string
		scan(&id, &key, &value)
		l.trial(id).attrs[key] = json.RawMessage(value)
	})
	return l.order, l.err
}

// loader keeps the first error of several queries.
type loader struct {
	ctx     context.Context
	db      *sql.DB
	studies map[int64]*record
	trials  map[int64]*trial
	order   []*record
	err     error
}

// study and trial give a place for rows whose owner is missing.
func (l *loader) study(id int64) *record {
	if l.studies[id] == nil {
		l.studies[id] = &record{}
	}
	return l.studies[id]
}

func (l *loader) trial(id int64) *trial {
	if l.trials[id] == nil {
		l.trials[id] = &trial{params: map[string]param{}, points: map[int64]float64{}, attrs: map[string]json.RawMessage{}}
	}
	return l.trials[id]
}

func (l *loader) each(query string, row func(scan func(...any))) {
	if l.err != nil {
		return
	}
	rows, err := l.db.QueryContext(l.ctx, query)
	if err != nil {
		l.err = err
		return
	}
	defer rows.Close()
	for rows.Next() && l.err == nil {
		row(func(into ...any) { l.err = rows.Scan(into...) })
	}
	if l.err == nil {
		l.err = rows.Err()
	}
}

func (r *record) attr(key, value string) {
	switch key {
	case "study:metric_names":
		_ = json.Unmarshal([]byte(value), &r.metrics) // else they stay without names
	case spaceAttr:
		r.readSpace(value)
	}
}

func valueOf(v sql.NullFloat64, kind string) float64 {
	switch kind {
	case "INF_POS":
		return math.Inf(1)
	case "INF_NEG":
		return math.Inf(-1)
	case "NAN":
		return math.NaN()
	}
	if !v.Valid {
		return math.NaN()
	}
	return v.Float64
}

// localTime reads a time as SQLite's driver gives it or as the file has it.
func localTime(text string) time.Time {
	for _, layout := range []string{stamp, "2006-01-02 15:04:05", time.RFC3339Nano, "2006-01-02T15:04:05.999999"} {
		t, err := time.ParseInLocation(layout, text, time.Local)
		if err != nil {
			continue
		}
		if layout == time.RFC3339Nano { // the driver has taken the file's local time for UTC
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.Local)
		}
		return t
	}
	return time.Time{}
}
