// Package ledger keeps the truth about the functions of package main: how often each was called, how often it returned,
// and why it did not. Nothing in it is meant to be traced, so its functions also serve as the untraced frames between
// traced ones.
package ledger

import (
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// Counter is the truth about one function. The program checks itself by a second way to the same numbers: what a
// workload must call by its own formula is predicted before it runs.
type Counter struct {
	name      string
	kind      string
	calls     int64
	returns   int64
	panicked  int64
	goexited  int64
	predicted int64
	_         [8]int64 // neighbours on other cache lines, so that counting slows nobody down
}

var (
	registry   sync.Mutex
	counters   []*Counter
	uncounted  = []string{"main.main", "main.init", "main.init.0", "main.init.1", "main.init.2"}
	edges      []*Edge
	migrations int64
	stackMoves int64
)

// Of registers a function by the name that the linker gives it.
func Of(name string) *Counter { return register(name, "normal") }

// Closure registers the n-th function literal inside a function that is not itself a literal.
func Closure(outer string, n int) *Counter {
	if runtime.Compiler == "gccgo" {
		return Of(outer + "..func" + strconv.Itoa(n))
	}
	return Of(outer + ".func" + strconv.Itoa(n))
}

// EndlessClosure is Closure for a literal whose code has no return: a tracer can count it, and no more.
func EndlessClosure(outer string, n int) *Counter {
	c := Closure(outer, n)
	c.kind = "endless"
	return c
}

// Noise registers a function that runs while the program replaces itself: nobody can say how often.
func Noise(name string) *Counter { return register(name, "noise") }

func register(name, kind string) *Counter {
	registry.Lock()
	defer registry.Unlock()
	c := &Counter{name: name, kind: kind}
	counters = append(counters, c)
	return c
}

// Uncounted names a function of package main whose calls nobody counts.
func Uncounted(name string) bool {
	registry.Lock()
	defer registry.Unlock()
	uncounted = append(uncounted, name)
	return true
}

// Enter counts a call. It is a real call itself, so that each function that uses it has a frame and a prologue.
//
//go:noinline
func (c *Counter) Enter() { atomic.AddInt64(&c.calls, 1) }

// Leave counts a return that is about to happen, or that a recover has made certain.
//
//go:noinline
func (c *Counter) Leave() { atomic.AddInt64(&c.returns, 1) }

// Passed counts n calls that return, for functions that cannot count themselves.
//
//go:noinline
func (c *Counter) Passed(n int) {
	atomic.AddInt64(&c.calls, int64(n))
	atomic.AddInt64(&c.returns, int64(n))
	atomic.AddInt64(&c.predicted, int64(n))
}

// Predict says that the function must be called n times more.
//
//go:noinline
func (c *Counter) Predict(n int) { atomic.AddInt64(&c.predicted, int64(n)) }

// Panicked says that n calls were unwound by a panic.
//
//go:noinline
func (c *Counter) Panicked(n int) { atomic.AddInt64(&c.panicked, int64(n)) }

// Goexited says that n calls were unwound by runtime.Goexit.
//
//go:noinline
func (c *Counter) Goexited(n int) { atomic.AddInt64(&c.goexited, int64(n)) }

// ExpectPanicked predicts one call of each, which a panic will unwind.
func ExpectPanicked(unwound ...*Counter) {
	for _, c := range unwound {
		c.Predict(1)
		c.Panicked(1)
	}
}

// ExpectGoexited predicts one call of each, which runtime.Goexit will unwind.
func ExpectGoexited(unwound ...*Counter) {
	for _, c := range unwound {
		c.Predict(1)
		c.Goexited(1)
	}
}

// FibCalls is how often the naive Fibonacci function calls itself for n, the first call included.
func FibCalls(n int) int {
	a, b := 1, 1
	for ; n > 1; n-- {
		a, b = b, a+b+1
	}
	return b
}

// Edge is the truth about one caller and callee.
type Edge struct {
	from, to string
	calls    int64
}

// EdgeOf registers a caller and a callee.
func EdgeOf(from, to *Counter) *Edge {
	registry.Lock()
	defer registry.Unlock()
	e := &Edge{from: from.name, to: to.name}
	edges = append(edges, e)
	return e
}

// Cross counts a call along the edge.
func (e *Edge) Cross() { atomic.AddInt64(&e.calls, 1) }

// Migrated counts a call that began on one thread and goes on on another.
func Migrated() { atomic.AddInt64(&migrations, 1) }

// StackMoved counts a stack that was copied while a counted call was open on it.
func StackMoved() { atomic.AddInt64(&stackMoves, 1) }
