// Package study is the vocabulary of tuning: events, the log they form, and the
// view that is its fold.
//
// A study is a log of events; everything known about it is a fold of that log,
// and nothing else is state. This package defines what can happen ([Body]), what
// follows from it ([View], [Trial]), and what was to be done ([Definition]). It
// starts nothing, waits for nothing and writes nothing; time reaches it only
// inside events.
//
// Losses are minimised everywhere inside: the sign turns in [Objective.Loss], and
// back in [Objective.Value], and nowhere else.
//
// Start reading at [Event] and [View.Apply].
package study
