package main

import (
	"syscall"
	"time"
)

func preciseSleep(d time.Duration) {
	if d <= 0 {
		return
	}
	spec := syscall.NsecToTimespec(d.Nanoseconds())
	// A signal ends the sleep early; the caller looks at the clock again anyway.
	_ = syscall.Nanosleep(&spec, nil)
}
