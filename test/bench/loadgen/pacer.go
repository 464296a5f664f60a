package main

import (
	"container/heap"
	"sync"
	"time"
)

// pollEvery bounds how late a deadline can be seen that is added while the pacer sleeps.
const pollEvery = 200 * time.Microsecond

// pacer wakes goroutines at their deadlines. Go's own timers round up to whole milliseconds when
// a Linux process is idle, which is more than what is measured here.
type pacer struct {
	mu      sync.Mutex
	waiting alarms
	wake    chan struct{}
}

type alarm struct {
	at   time.Time
	ring chan struct{}
}

func newPacer() *pacer {
	p := &pacer{wake: make(chan struct{}, 1)}
	go p.loop()
	return p
}

// wait returns at the deadline, or at once when it has passed. ring is a channel of capacity 1
// that the caller keeps for its waits.
func (p *pacer) wait(at time.Time, ring chan struct{}) {
	if !time.Now().Before(at) {
		return
	}
	p.mu.Lock()
	heap.Push(&p.waiting, alarm{at, ring})
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
	<-ring
}

func (p *pacer) loop() {
	for {
		next, any := p.ringDue()
		if !any {
			<-p.wake
			continue
		}
		preciseSleep(min(time.Until(next), pollEvery))
	}
}

// ringDue rings all that are due and returns the next deadline.
func (p *pacer) ringDue() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for len(p.waiting) > 0 && !now.Before(p.waiting[0].at) {
		heap.Pop(&p.waiting).(alarm).ring <- struct{}{}
	}
	if len(p.waiting) == 0 {
		return time.Time{}, false
	}
	return p.waiting[0].at, true
}

type alarms []alarm

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a alarms) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *alarms) Push(x any)        { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
