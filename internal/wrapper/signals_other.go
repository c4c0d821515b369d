//go:build !unix

package wrapper

import (
	"os"
	"time"
)

// orderSignal is one that no process heeds here: orders are found in the file.
func orderSignal(Order) os.Signal { return os.Interrupt }

// listen looks at the cancel file every second, there being no signals.
func listen(dir string) <-chan Order {
	orders := make(chan Order)
	go func() {
		var last Order
		for range time.Tick(time.Second) {
			if o := readOrder(dir); o != last {
				orders <- o
				last = o
			}
		}
	}()
	return orders
}
