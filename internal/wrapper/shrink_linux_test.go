package wrapper

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyPagesThatAreInTheFileAreGivenBack(t *testing.T) {
	const smaps = `00400000-00401000 r-xp 00000000 fe:00 1  /usr/bin/danlu
Rss: 4 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
00401000-00402000 r--p 00001000 fe:00 1  /usr/bin/danlu
Anonymous:             4 kB
00402000-00403000 rw-p 00002000 fe:00 1  /usr/bin/danlu
Anonymous:             0 kB
00403000-00404000 r--p 00000000 00:00 0
Anonymous:             0 kB
00404000-00405000 r-xp 00000000 00:00 0  [vdso]
Anonymous:             0 kB
00405000-00407000 r--p 00003000 fe:00 1  /usr/bin/danlu
Anonymous:             0 kB
`
	want := []mapping{{0x400000, 0x401000}, {0x405000, 0x407000}}
	if d := cmp.Diff(want, fileMappings(smaps), cmp.AllowUnexported(mapping{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestShrinkingChangesNothingButSize(t *testing.T) {
	before, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	if len(fileMappings(string(before))) == 0 {
		t.Error("this binary has no mapping to give back")
	}
	for range 100 {
		shrink()
		if got := strings.Repeat("丹炉 ", 3); got != "丹炉 丹炉 丹炉 " {
			t.Fatalf("a constant has become %q", got)
		}
	}
}
