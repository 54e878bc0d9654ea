//go:build go1.18 && !gccgo
// +build go1.18,!gccgo

package main

import "truth/ledger"

var (
	cDriveGenerics = ledger.Of("main.driveGenerics")
	cSumInt        = ledger.Of("main.sum[go.shape.int" + shapeSuffix + "]")
	cSumFloat      = ledger.Of("main.sum[go.shape.float64" + shapeSuffix + "]")
	cPushInt       = ledger.Of("main.(*stack[go.shape.int" + shapeSuffix + "]).push")
)

func init() {
	extra = append(extra, ledger.Workload{Name: "generics", Run: driveGenerics, Counter: cDriveGenerics})
}

type number interface{ ~int | ~float64 }

type stack[T number] struct{ values []T }

//go:noinline
func driveGenerics(w *ledger.Worker) {
	cDriveGenerics.Enter()
	n := w.Below(6)
	ints, floats := stack[int]{}, make([]float64, n)
	cPushInt.Predict(n)
	for i := 0; i < n; i++ {
		ints.push(i, cPushInt)
	}
	cSumInt.Predict(n + 1)
	sum(ints.values, cSumInt)
	cSumFloat.Predict(n + 1)
	sum(floats, cSumFloat)
	cDriveGenerics.Leave()
}

//go:noinline
func (s *stack[T]) push(v T, c *ledger.Counter) {
	c.Enter()
	s.values = append(s.values, v)
	c.Leave()
}

// sum calls itself once for each value.
//
//go:noinline
func sum[T number](values []T, c *ledger.Counter) T {
	c.Enter()
	var r T
	if len(values) > 0 {
		r = values[0] + sum(values[1:], c)
	}
	c.Leave()
	return r
}
