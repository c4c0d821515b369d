package traincli

import (
	"fmt"
	"io"
	"time"

	"github.com/danlu-ml/danlu/internal/text"
)

// bar draws how far an epoch is, on one line of a terminal that it writes over.
type bar struct {
	w     io.Writer
	width int // of the terminal
	drawn time.Time
	shown bool
}

// barEvery is the time between two pictures of the bar.
const barEvery = 100 * time.Millisecond

// step draws the bar if the last picture is old enough.
func (b *bar) step(epoch, done, total int) {
	if now := time.Now(); now.Sub(b.drawn) >= barEvery {
		b.drawn = now
		b.draw(epoch, done, total)
	}
}

func (b *bar) draw(epoch, done, total int) {
	head := fmt.Sprintf("epoch %d ", epoch)
	tail := fmt.Sprintf(" step %d of %d", done, total)
	room := min(30, b.width-text.Width(head)-text.Width(tail)-1)
	if room < 4 {
		return
	}
	b.shown = true
	fmt.Fprint(b.w, "\r\x1b[K"+head+text.Bar(float64(done)/float64(total), room)+tail)
}

// clear takes the bar away before a line is written.
func (b *bar) clear() {
	if b != nil && b.shown {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.shown = false
	}
}
