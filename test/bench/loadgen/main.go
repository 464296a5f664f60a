// Command loadgen is both ends of the benchmark: the mock upstream ("loadgen mock")
// and the load ("loadgen load", a job as JSON on stdin, samples as JSON on stdout).
// It measures and prints; every statistic is computed by the orchestrator.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

func main() {
	// Fewer collections: a pause here would be booked as the latency of whatever is being measured.
	debug.SetGCPercent(400)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) == 2 && os.Args[1] == "mock" {
		return serveMock()
	}
	if len(os.Args) != 2 || os.Args[1] != "load" {
		return fmt.Errorf("usage: loadgen mock | loadgen load < job.json")
	}
	var job Job
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&job); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	targets := make([]*target, len(job.Arms))
	for i, arm := range job.Arms {
		t, err := newTarget(arm)
		if err != nil {
			return fmt.Errorf("arm %s: %w", arm.Name, err)
		}
		targets[i] = t
	}
	var result any
	switch job.Mode {
	case "interleaved":
		result = runInterleaved(job, targets)
	case "sliced":
		result = runSliced(job, targets)
	case "open":
		result = runOpen(job, targets[0])
	case "streams":
		result = runStreams(job, targets[0])
	default:
		return fmt.Errorf("unknown mode %q", job.Mode)
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
