package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// EndpointFile is the name of the file in a trial's folder that says where to
// report. DANLU_ENDPOINT names it.
const EndpointFile = "endpoint.json"

// Endpoint is where, and by what token, one attempt reports.
type Endpoint struct {
	Address string `json:"address"` // http://HOST:PORT
	Token   string `json:"token"`
}

// WriteEndpoint puts e into dir, readable by its owner alone. A reader sees the
// old file or the new one, never half of it. A driver that returns writes the
// endpoint of every attempt still running again; clients notice.
func WriteEndpoint(dir string, e Endpoint) error {
	err := writeEndpoint(dir, e)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(dir, EndpointFile), err)
	}
	return nil
}

func writeEndpoint(dir string, e Endpoint) (err error) {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, EndpointFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	if _, err = temp.Write(append(data, '\n')); err != nil {
		temp.Close()
		return err
	}
	if err = temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), filepath.Join(dir, EndpointFile))
}

// RemoveEndpoint takes the endpoint away, so that clients spool at once instead
// of knocking at a port that somebody else may open. It is not an error if
// there is none.
func RemoveEndpoint(dir string) error {
	err := os.Remove(filepath.Join(dir, EndpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
