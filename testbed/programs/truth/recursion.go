package main

import "truth/ledger"

var (
	cDriveRecursion = ledger.Of("main.driveRecursion")
	cFib            = ledger.Of("main.fib")
	cDriveMutual    = ledger.Of("main.driveMutual")
	cIsEven         = ledger.Of("main.isEven")
	cIsOdd          = ledger.Of("main.isOdd")
)

//go:noinline
func driveRecursion(w *ledger.Worker) {
	cDriveRecursion.Enter()
	n := 4 + w.Below(7)
	cFib.Predict(ledger.FibCalls(n))
	fib(n)
	cDriveRecursion.Leave()
}

//go:noinline
func fib(n int) int {
	cFib.Enter()
	r := n
	if n > 1 {
		r = fib(n-1) + fib(n-2)
	}
	cFib.Leave()
	return r
}

//go:noinline
func driveMutual(w *ledger.Worker) {
	cDriveMutual.Enter()
	n := w.Below(40)
	cIsEven.Predict(n/2 + 1)
	cIsOdd.Predict((n + 1) / 2)
	isEven(n)
	cDriveMutual.Leave()
}

//go:noinline
func isEven(n int) bool {
	cIsEven.Enter()
	r := n == 0 || isOdd(n-1)
	cIsEven.Leave()
	return r
}

//go:noinline
func isOdd(n int) bool {
	cIsOdd.Enter()
	r := n != 0 && isEven(n-1)
	cIsOdd.Leave()
	return r
}
