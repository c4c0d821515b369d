// Command train is a training program of its own, tuned by danlu as a process: see
// danlu.yaml beside the folder. Without danlu it trains with the defaults.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/danlu-ml/danlu/examples/go/moons"
	"github.com/danlu-ml/danlu/trialio"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run() error {
	network, err := begin()
	if err != nil {
		return err
	}
	epochs := trialio.MaxStep()
	if epochs == 0 { // without danlu
		epochs = 30
	}
	for network.Epoch < epochs {
		loss, accuracy := network.Train()
		fmt.Printf("epoch %d: val_loss %.4f, val_accuracy %.3f\n", network.Epoch, loss, accuracy)
		_, err := trialio.SaveCheckpoint(network.Epoch, func(w io.Writer) error { return json.NewEncoder(w).Encode(network) })
		if err != nil {
			return err
		}
		decision := trialio.Report(network.Epoch, map[string]float64{"val_loss": loss, "val_accuracy": accuracy})
		if decision != trialio.Continue {
			return nil
		}
	}
	return nil
}

// begin takes up the network of the trial's checkpoint, or makes a new one.
func begin() (*moons.Network, error) {
	if path := trialio.Resume(); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		network := new(moons.Network)
		return network, json.Unmarshal(text, network)
	}
	params := moons.Defaults
	if err := trialio.Decode(&params); err != nil {
		return nil, err
	}
	return moons.New(params, uint64(trialio.Seed())), nil
}
