// Package trainer trains networks on labelled data and reports every epoch. It
// is a small training library of its own, with PyTorch's names and defaults; it
// knows nothing of tuning.
//
// A [Config] names a task, a model and settings; [Run] trains. What can be named
// is told by [Tasks], [Models] and [Settings].
//
// Randomness has an address: each draw (a shuffle, a dropped unit, a shifted
// picture) comes from the seed and the epoch or step it is for. So the same
// configuration gives the same numbers on one machine, bit for bit, whether it
// runs through or is resumed from a checkpoint.
package trainer
