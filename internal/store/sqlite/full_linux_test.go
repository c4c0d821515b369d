package sqlite_test

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
)

// TestFullDiskLosesNothing fills a disk by appending. What was acknowledged must
// be there, also for another process, and the append that failed must work once
// there is room.
func TestFullDiskLosesNothing(t *testing.T) {
	for _, disk := range []struct {
		name string
		make func(t *testing.T) (dir string, fill, free func())
	}{
		{"a small disk", smallDisk},
		{"a limit on the size of files", smallFiles},
	} {
		t.Run(disk.name, func(t *testing.T) {
			dir, fill, free := disk.make(t)
			path := filepath.Join(dir, "danlu.db")
			s := open(t, path, sqlite.Options{})
			defer func() { must(t, s.Close()) }()
			l, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
			must(t, err)
			must(t, s.Append(t.Context(), l, 0, remarks(1, 5)))
			fill()
			last := int64(5)
			for {
				if err = s.Append(t.Context(), l, last, remarks(last+1, last+20)); err != nil {
					break
				}
				last += 20
			}
			if !errors.Is(err, store.ErrFull) {
				t.Fatalf("Append on a full disk: %v, want ErrFull", err)
			}
			threeParts(t, err, path)
			same := func(s store.Store) {
				t.Helper()
				var got int64
				for e, err := range s.Replay(t.Context(), "a", 0) {
					must(t, err)
					got = e.Seq
				}
				if got != last {
					t.Errorf("the log ends at event %d, acknowledged were %d", got, last)
				}
			}
			same(s)
			free()
			must(t, s.Append(t.Context(), l, last, remarks(last+1, last+20)))
			last += 20
			same(s)
			again := open(t, path, sqlite.Options{})
			same(again)
			if wrong, err := again.Check(t.Context()); err != nil || len(wrong) > 0 {
				t.Errorf("Check: %v, %v", wrong, err)
			}
			must(t, again.Close())
		})
	}
}

// TestAppendTooLargeDoesNotSpoilTheOthers: writers that share a transaction share
// neither its failure.
func TestAppendTooLargeDoesNotSpoilTheOthers(t *testing.T) {
	dir, fill, free := smallFiles(t)
	s := open(t, filepath.Join(dir, "danlu.db"), sqlite.Options{})
	defer func() { must(t, s.Close()) }()
	leases := map[string]store.Lease{}
	for _, name := range []string{"large", "a", "b", "c"} {
		l, err := s.Acquire(t.Context(), name, storetest.Me(t), time.Hour)
		must(t, err)
		leases[name] = l
	}
	fill()
	defer free()
	var wg sync.WaitGroup
	for name, l := range leases {
		wg.Go(func() {
			for seq := int64(0); seq < 3; seq++ {
				switch err := error(nil); name {
				case "large":
					if err = s.Append(t.Context(), l, 0, remarks(1, 3000)); !errors.Is(err, store.ErrFull) {
						t.Errorf("an append larger than the disk: %v, want ErrFull", err)
					}
				default:
					if err = s.Append(t.Context(), l, seq, remarks(seq+1, seq+1)); err != nil {
						t.Errorf("a small append to %s beside a large one: %v", name, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// smallDisk mounts a file system of a megabyte, where that is allowed.
func smallDisk(t *testing.T) (dir string, fill, free func()) {
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("mount a file system: %v", err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	ballast := filepath.Join(dir, "ballast")
	return dir,
		func() { must(t, os.WriteFile(ballast, make([]byte, 300<<10), 0o600)) },
		func() { must(t, os.Remove(ballast)) }
}

// smallFiles limits the size of this process's files to 400 kB.
func smallFiles(t *testing.T) (dir string, fill, free func()) {
	signal.Ignore(syscall.SIGXFSZ) // writing fails with EFBIG instead
	var before unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &before))
	free = func() { must(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &before)) }
	t.Cleanup(free)
	return t.TempDir(), func() {
		must(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 400 << 10, Max: before.Max}))
	}, free
}
