package main

import (
	"sync"
	"time"
)

// streamsResult describes paced streams; times in microseconds.
type streamsResult struct {
	// Per stream: from the request's first byte to the first content.
	First []float64 `json:"first"`
	// Per frame after a stream's first: arrival minus the deadline that the mock stamped on it.
	Lag []float64 `json:"lag"`
	// Per frame after a stream's first: time since the frame before it.
	Gap      []float64 `json:"gap"`
	Frames   int       `json:"frames"`
	Failures *Failures `json:"failures"`
}

// runStreams opens Connections streams, spread over the first second as callers would be, and reads
// each to its end.
func runStreams(job Job, t *target) streamsResult {
	result := streamsResult{First: []float64{}, Lag: []float64{}, Gap: []float64{}, Failures: &Failures{}}
	var mu sync.Mutex
	p := newPacer()
	start := time.Now()
	var streams sync.WaitGroup
	for i := range job.Connections {
		streams.Add(1)
		go func() {
			defer streams.Done()
			p.wait(start.Add(time.Duration(i)*time.Second/time.Duration(job.Connections)), make(chan struct{}, 1))
			l := &link{target: t}
			defer l.close()
			var lags, gaps []float64
			var last time.Time
			frames := 0
			call, err := l.call(func(deadline, at time.Time) {
				frames++
				if !last.IsZero() {
					lags = append(lags, micros(at.Sub(deadline)))
					gaps = append(gaps, micros(at.Sub(last)))
				}
				last = at
			})
			mu.Lock()
			defer mu.Unlock()
			result.Frames += frames
			result.Lag = append(result.Lag, lags...)
			result.Gap = append(result.Gap, gaps...)
			if err != nil {
				result.Failures.add(err)
				return
			}
			result.First = append(result.First, micros(call.first))
		}()
	}
	streams.Wait()
	return result
}
