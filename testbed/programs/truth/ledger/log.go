package ledger

import (
	"sync"
	"sync/atomic"
)

// Call is one call that the program remembers by its own number.
type Call struct {
	Function string `json:"function"`
	ID       uint64 `json:"id"`
	Goid     int64  `json:"goid"`
	StartNs  int64  `json:"start_ns"` // CLOCK_MONOTONIC, right after the entry
	EndNs    int64  `json:"end_ns"`   // right before the return
}

const around = " (around)" // a call as its caller timed it: right before the call and right after the return

var (
	logLock  sync.Mutex
	logged   []Call
	logDrops int64
	nextID   uint64
)

// NextID numbers a call.
func NextID() uint64 { return atomic.AddUint64(&nextID, 1) }

// Remember keeps a call for the report. Only the first -log-limit are kept; how many more there were is reported.
func (c *Counter) Remember(id uint64, goid, startNs, endNs int64) {
	remember(c.name, id, goid, startNs, endNs)
}

// RememberAround keeps a call as its caller timed it, under the function's name and " (around)".
func (c *Counter) RememberAround(id uint64, goid, startNs, endNs int64) {
	remember(c.name+around, id, goid, startNs, endNs)
}

func remember(function string, id uint64, goid, startNs, endNs int64) {
	logLock.Lock()
	defer logLock.Unlock()
	if len(logged) == *logLimit {
		logDrops++
		return
	}
	logged = append(logged, Call{function, id, goid, startNs, endNs})
}
