package main

import (
	"sync"
	"time"
)

// Job says what to run. The orchestrator writes it; fields that a mode does not use stay zero.
type Job struct {
	// interleaved: every call goes to a random arm. sliced: all connections on one random arm for
	// SliceMs, then on another. open: Rate calls per second on the one arm. streams: Connections
	// paced streams on the one arm.
	Mode        string  `json:"mode"`
	Arms        []Arm   `json:"arms"`
	Connections int     `json:"connections"`
	Seconds     float64 `json:"seconds"`
	// Answers of the first seconds are not recorded.
	WarmupSeconds float64 `json:"warmupSeconds"`
	SliceMs       int     `json:"sliceMs"`
	Rate          float64 `json:"rate"`
}

// Arm is one way to the mock: directly or through a gateway.
type Arm struct {
	Name    string            `json:"name"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// PEM of the CA to trust when the URL is https.
	CA string `json:"ca"`
}

// Failures counts calls that did not end with a complete 200 and keeps the first reason.
type Failures struct {
	mu    sync.Mutex
	Count int    `json:"count"`
	First string `json:"first"`
}

func (f *Failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Count == 0 {
		f.First = err.Error()
	}
	f.Count++
}

// micros is a duration in microseconds with one decimal, short in JSON.
func micros(d time.Duration) float64 {
	return float64(d.Nanoseconds()/100) / 10
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second))
}
