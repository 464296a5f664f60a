package main

import (
	"sync"
	"time"
)

// openResult holds each call's time in microseconds, counted from when it was due.
type openResult struct {
	Total    []float64 `json:"total"`
	Failures *Failures `json:"failures"`
}

// runOpen makes calls at a constant rate. Time counts from the moment a call was due, not from when
// a connection was free for it: a gateway that stalls cannot make the load wait and so look fast.
func runOpen(job Job, t *target) openResult {
	result := openResult{Total: []float64{}, Failures: &Failures{}}
	count := int((job.WarmupSeconds + job.Seconds) * job.Rate)
	due := make(chan time.Time, count)
	samples := make([][]float64, job.Connections)
	links := make([]*link, job.Connections)
	for w := range links {
		links[w] = &link{target: t}
		// A call ahead of time, so that no connection is opened within the measured time.
		if _, err := links[w].call(nil); err != nil {
			result.Failures.add(err)
		}
	}
	start := time.Now()
	recordFrom := start.Add(seconds(job.WarmupSeconds))
	var workers sync.WaitGroup
	for w, l := range links {
		workers.Add(1)
		go func() {
			defer workers.Done()
			defer l.close()
			for at := range due {
				if _, err := l.call(nil); err != nil {
					result.Failures.add(err)
				} else if at.After(recordFrom) {
					samples[w] = append(samples[w], micros(time.Since(at)))
				}
			}
		}()
	}
	p, ring := newPacer(), make(chan struct{}, 1)
	for i := range count {
		at := start.Add(time.Duration(float64(i) / job.Rate * float64(time.Second)))
		p.wait(at, ring)
		due <- at
	}
	close(due)
	workers.Wait()
	for _, some := range samples {
		result.Total = append(result.Total, some...)
	}
	return result
}
