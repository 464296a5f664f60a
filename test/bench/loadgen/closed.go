package main

import (
	"math/rand/v2"
	"sort"
	"sync"
	"time"
)

// interleavedResult holds one row per round and one column per arm, rows in order of time, in
// microseconds. The calls of a round were made one after another by one connection in random
// order, so differences within a row are paired. A call that failed is -1.
type interleavedResult struct {
	Total    [][]float64 `json:"total"`
	First    [][]float64 `json:"first"`
	Failures []*Failures `json:"failures"`
}

type round struct {
	at           time.Time
	total, first []float64
}

// runInterleaved is a closed loop: each of the connections makes a call to every arm, in random
// order, again and again.
func runInterleaved(job Job, targets []*target) interleavedResult {
	failures := newFailures(len(targets))
	recordFrom := time.Now().Add(seconds(job.WarmupSeconds))
	end := recordFrom.Add(seconds(job.Seconds))
	rounds := make([][]round, job.Connections)
	var workers sync.WaitGroup
	for w := range job.Connections {
		workers.Add(1)
		go func() {
			defer workers.Done()
			links := openLinks(targets)
			defer closeLinks(links)
			for time.Now().Before(end) {
				row := oneRound(links, failures)
				if row.at.After(recordFrom) {
					rounds[w] = append(rounds[w], row)
				}
			}
		}()
	}
	workers.Wait()
	return inOrder(rounds, failures)
}

func oneRound(links []*link, failures []*Failures) round {
	row := round{at: time.Now(), total: make([]float64, len(links)), first: make([]float64, len(links))}
	for _, i := range rand.Perm(len(links)) {
		result, err := links[i].call(nil)
		if err != nil {
			failures[i].add(err)
			time.Sleep(10 * time.Millisecond)
			row.total[i], row.first[i] = -1, -1
			continue
		}
		row.total[i], row.first[i] = micros(result.total), micros(result.first)
	}
	return row
}

func inOrder(rounds [][]round, failures []*Failures) interleavedResult {
	var all []round
	for _, some := range rounds {
		all = append(all, some...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	result := interleavedResult{Total: [][]float64{}, First: [][]float64{}, Failures: failures}
	for _, row := range all {
		result.Total = append(result.Total, row.total)
		result.First = append(result.First, row.first)
	}
	return result
}

// slicedResult holds, for each arm, what its slices of time gave together.
type slicedResult struct {
	Arms []*slicedArm `json:"arms"`
}

type slicedArm struct {
	// One entry per slice, the slices of all arms in the same order of rounds.
	Slices   []slice   `json:"slices"`
	Failures *Failures `json:"failures"`
}

type slice struct {
	Seconds float64 `json:"seconds"`
	// Each call's time in microseconds.
	Total []float64 `json:"total"`
}

// runSliced is a closed loop in which all connections use the same arm for SliceMs, then another:
// an arm is alone on the machine and still meets the same weather as the others.
func runSliced(job Job, targets []*target) slicedResult {
	result := slicedResult{}
	for range targets {
		result.Arms = append(result.Arms, &slicedArm{Failures: &Failures{}})
	}
	links := make([][]*link, job.Connections)
	for w := range links {
		links[w] = openLinks(targets)
		defer closeLinks(links[w])
	}
	length := time.Duration(job.SliceMs) * time.Millisecond
	rounds := max(1, int(job.Seconds*1000)/job.SliceMs/len(targets))
	for range rounds {
		for _, i := range rand.Perm(len(targets)) {
			oneSlice(result.Arms[i], links, i, length)
		}
	}
	return result
}

func oneSlice(arm *slicedArm, links [][]*link, column int, length time.Duration) {
	samples := make([][]float64, len(links))
	start := time.Now()
	end := start.Add(length)
	var workers sync.WaitGroup
	for w := range links {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for time.Now().Before(end) {
				result, err := links[w][column].call(nil)
				if err != nil {
					arm.Failures.add(err)
					time.Sleep(10 * time.Millisecond)
					continue
				}
				samples[w] = append(samples[w], micros(result.total))
			}
		}()
	}
	workers.Wait()
	one := slice{Seconds: time.Since(start).Seconds(), Total: []float64{}}
	for _, some := range samples {
		one.Total = append(one.Total, some...)
	}
	arm.Slices = append(arm.Slices, one)
}

func openLinks(targets []*target) []*link {
	links := make([]*link, len(targets))
	for i, t := range targets {
		links[i] = &link{target: t}
	}
	return links
}

func closeLinks(links []*link) {
	for _, l := range links {
		l.close()
	}
}

func newFailures(n int) []*Failures {
	failures := make([]*Failures, n)
	for i := range failures {
		failures[i] = &Failures{}
	}
	return failures
}
