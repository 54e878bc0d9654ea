//go:build go1.23 && !gccgo
// +build go1.23,!gccgo

package main

import (
	"iter"
	"runtime"

	"truth/ledger"
)

var (
	cDriveIter   = ledger.Of("main.driveIter")
	cCounting    = ledger.Of("main.counting")
	cCounting1   = ledger.Closure("main.counting", 1)
	cPullSum     = ledger.Of("main.pullSum")
	cRangeSum    = ledger.Of("main.rangeSum")
	cRangeSumOne = ledger.Of("main.rangeSum-range1")
	cProduce     = ledger.Of("main.produce")
)

func init() {
	extra = append(extra, ledger.Workload{Name: "iter", Run: driveIter, Counter: cDriveIter})
}

//go:noinline
func driveIter(w *ledger.Worker) {
	cDriveIter.Enter()
	n := w.Below(12)
	stop := w.Below(n + 1)
	cCounting.Predict(2)
	cCounting1.Predict(1)
	cPullSum.Predict(1)
	cProduce.Predict(n)
	if stop < n {
		cProduce.Predict(stop + 1 - n)
	}
	pullSum(counting(n), stop)
	cCounting1.Predict(1)
	cProduce.Predict(n)
	cRangeSum.Predict(1)
	cRangeSumOne.Predict(n)
	rangeSum(counting(n))
	cDriveIter.Leave()
}

//go:noinline
func counting(n int) iter.Seq[int] {
	cCounting.Enter()
	f := func(yield func(int) bool) {
		cCounting1.Enter()
		for i := 0; i < n; i++ {
			if !produce(i, yield) {
				break
			}
		}
		cCounting1.Leave()
	}
	cCounting.Leave()
	return f
}

// produce waits, under iter.Pull, in yield: it may go on on another thread.
//
//go:noinline
func produce(i int, yield func(int) bool) bool {
	cProduce.Enter()
	before := ledger.Thread()
	r := yield(i)
	if ledger.Thread() != before {
		ledger.Migrated()
	}
	cProduce.Leave()
	return r
}

// pullSum takes values out of a coroutine, and leaves it after stop+1 of them.
//
//go:noinline
func pullSum(values iter.Seq[int], stop int) int {
	cPullSum.Enter()
	next, end := iter.Pull(values)
	r := 0
	for i := 0; i <= stop; i++ {
		v, ok := next()
		if !ok {
			break
		}
		r += v
		runtime.Gosched()
	}
	end()
	cPullSum.Leave()
	return r
}

//go:noinline
func rangeSum(values iter.Seq[int]) int {
	cRangeSum.Enter()
	r := 0
	for v := range values {
		cRangeSumOne.Enter()
		r += v
		cRangeSumOne.Leave()
	}
	cRangeSum.Leave()
	return r
}
