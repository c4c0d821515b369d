package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"

	"github.com/danlu-ml/danlu/internal/store"
)

// Studies implements [store.Store].
func (s *Store) Studies(ctx context.Context) ([]store.Info, error) {
	var infos []store.Info
	err := s.read(ctx, "list the studies", func(c *conn) error {
		return c.query("SELECT study.id, name, created, holder, since, expires FROM study LEFT JOIN lease ON lease.study=study.id ORDER BY study.id",
			func(v []driver.Value) (err error) {
				info := store.Info{Created: timeOf(v[2]), Since: timeOf(v[4]), Expires: timeOf(v[5])}
				id, _ := v[0].(int64)
				info.Study, _ = v[1].(string)
				if text, ok := v[3].(string); ok {
					info.Holder = new(store.Holder)
					if err := json.Unmarshal([]byte(text), info.Holder); err != nil {
						return err
					}
				}
				info.Seq, err = lastSeq(c, id)
				infos = append(infos, info)
				return err
			})
	})
	return infos, err
}
