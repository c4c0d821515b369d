package record

// Crowd is how long one searcher took to a regret on one task with one seed, on many
// workers at once. Times are in full trainings of an average worker.
type Crowd struct {
	Searcher   string  `json:"searcher"` // with its options
	Version    string  `json:"version"`
	Task       string  `json:"task"`
	Seed       uint64  `json:"seed"`
	Workers    int     `json:"workers"`
	StartUp    float64 `json:"startup,omitempty"`    // what starting a program takes
	Stragglers float64 `json:"stragglers,omitempty"` // share of slow workers
	Failing    float64 `json:"failing,omitempty"`    // chance of a worker to fail in the time of a full training
	Regret     float64 `json:"regret"`               // to reach
	Until      float64 `json:"until"`                // when it was given up
	Time       float64 `json:"time,omitempty"`       // when it was reached; 0: it was not
}

// Key says which run c is of.
func (c Crowd) Key() Crowd {
	c.Time = 0
	return c
}
