package trialio

import (
	"errors"
	"os"
)

// spool keeps a line for the driver to read later. It survives this program, not
// a loss of power: syncing every report would slow a training down.
func (l *link) spool(line []byte) {
	if err := appendLine(l.spoolFile, line); err != nil {
		l.voice.warn("spool", "reports are lost while no driver answers: %v", err)
	}
}

// appendLine adds a line by a single write, so that several processes can share
// the file. A line that was cut off before (a full disk) is ended first, so that
// only it is lost.
func appendLine(file string, line []byte) (err error) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text := make([]byte, 0, len(line)+2)
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		end := make([]byte, 1)
		if _, err := f.ReadAt(end, info.Size()-1); err == nil && end[0] != '\n' {
			text = append(text, '\n')
		}
	}
	_, err = f.Write(append(append(text, line...), '\n'))
	return err
}
