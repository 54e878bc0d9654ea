package ledger

import (
	"runtime"
	"unsafe"
)

// Through calls f with n from a frame that nobody traces.
//
//go:noinline
func Through(f func(int), n int) {
	f(n)
	runtime.KeepAlive(&n)
}

// ThroughValue is Through for a function with a result.
//
//go:noinline
func ThroughValue(f func(int) int, n int) int {
	r := f(n)
	runtime.KeepAlive(&n)
	return r
}

// Shield calls f with n and recovers from its panic in a frame that nobody traces.
//
//go:noinline
func Shield(f func(int), n int) (caught bool) {
	defer func() { caught = recover() != nil }()
	f(n)
	return false
}

// Deeper calls f with n from at least kb kilobytes further down the stack.
//
//go:noinline
func Deeper(kb int, f func(int), n int) int {
	var pad [1000]byte
	pad[n%1000] = 1
	if kb == 0 {
		f(n)
	} else {
		Deeper(kb-1, f, n)
	}
	return int(pad[(n+1)%1000])
}

// Address is where v is, without making it escape.
//
//go:noinline
func Address(v *int) uintptr { return uintptr(unsafe.Pointer(v)) }

// CollectGarbage lets the collector look at all stacks, and halve the ones that are mostly empty.
func CollectGarbage() {
	runtime.GC()
	runtime.GC()
}

// Worker is one of the goroutines that run the workloads, with its own random numbers (splitmix64), so that the counts
// depend on the seed alone.
type Worker struct {
	ID    int
	state uint64
}

// NewWorker makes a worker whose numbers follow from the seed and its id.
func NewWorker(seed uint64, id int) *Worker {
	return &Worker{ID: id, state: seed*0x9e3779b97f4a7c15 + uint64(id)*0xd1342543de82ef95}
}

// Next is the next random number.
func (w *Worker) Next() uint64 {
	w.state += 0x9e3779b97f4a7c15
	z := w.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Below is the next random number in [0, n).
func (w *Worker) Below(n int) int { return int(w.Next() % uint64(n)) }
