package main

import "truth/ledger"

var (
	cDriveDefers   = ledger.Of("main.driveDefers")
	cDeferLoop     = ledger.Of("main.deferLoop")
	cDeferLoop1    = ledger.Closure("main.deferLoop", 1)
	cDeferOpen     = ledger.Of("main.deferOpen")
	cDeferOpen1    = ledger.Closure("main.deferOpen", 1)
	cDeferOpen2    = ledger.Closure("main.deferOpen", 2)
	cDriveClosures = ledger.Of("main.driveClosures")
	cMakeAdder     = ledger.Of("main.makeAdder")
	cMakeAdder1    = ledger.Closure("main.makeAdder", 1)
	cApply         = ledger.Of("main.apply")
)

//go:noinline
func driveDefers(w *ledger.Worker) {
	cDriveDefers.Enter()
	n := w.Below(20)
	cDeferLoop.Predict(1)
	cDeferLoop1.Predict(n)
	deferLoop(n)
	cDeferOpen.Predict(1)
	cDeferOpen1.Predict(1)
	if n > 10 {
		cDeferOpen2.Predict(1)
	}
	deferOpen(n)
	cDriveDefers.Leave()
}

// deferLoop defers more calls than the compiler can count, so that runtime.deferreturn has to run them.
//
//go:noinline
func deferLoop(n int) {
	cDeferLoop.Enter()
	for i := 0; i < n; i++ {
		defer func() {
			cDeferLoop1.Enter()
			cDeferLoop1.Leave()
		}()
	}
	cDeferLoop.Leave()
}

// deferOpen's deferred calls are compiled into its own end.
//
//go:noinline
func deferOpen(n int) (r int) {
	cDeferOpen.Enter()
	defer func() {
		cDeferOpen1.Enter()
		r++
		cDeferOpen1.Leave()
	}()
	if n > 10 {
		defer func() {
			cDeferOpen2.Enter()
			r--
			cDeferOpen2.Leave()
		}()
	}
	cDeferOpen.Leave()
	return n
}

//go:noinline
func driveClosures(w *ledger.Worker) {
	cDriveClosures.Enter()
	n := 1 + w.Below(10)
	cMakeAdder.Predict(1)
	cMakeAdder1.Predict(n)
	cApply.Predict(1)
	apply(makeAdder(n), n)
	cDriveClosures.Leave()
}

//go:noinline
func makeAdder(k int) func(int) int {
	cMakeAdder.Enter()
	f := func(x int) int {
		cMakeAdder1.Enter()
		r := x + k
		cMakeAdder1.Leave()
		return r
	}
	cMakeAdder.Leave()
	return f
}

//go:noinline
func apply(f func(int) int, times int) int {
	cApply.Enter()
	x := 0
	for i := 0; i < times; i++ {
		x = f(x)
	}
	cApply.Leave()
	return x
}
