//go:build unix

package wrapper

import (
	"os"
	"os/signal"
	"syscall"
)

func orderSignal(o Order) os.Signal {
	if o == Kill {
		return syscall.SIGUSR1
	}
	return syscall.SIGTERM
}

// listen returns the orders that signals bring. Hangups, interrupts and broken
// pipes are caught and come to nothing. They are not ignored, because a program
// would inherit that.
func listen(string) <-chan Order {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE)
	orders := make(chan Order, 4)
	go func() {
		for s := range signals {
			switch s {
			case syscall.SIGTERM:
				orders <- Term
			case syscall.SIGUSR1:
				orders <- Kill
			}
		}
	}()
	return orders
}
