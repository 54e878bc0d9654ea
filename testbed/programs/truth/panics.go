package main

import (
	"errors"

	"truth/ledger"
)

var (
	cDrivePanic    = ledger.Of("main.drivePanic")
	cPanicDeep     = ledger.Of("main.panicDeep")
	cCatch         = ledger.Of("main.catch")
	cCatch1        = ledger.Closure("main.catch", 1)
	cDriveUnwind   = ledger.Of("main.driveUnwind")
	cDriveThrough  = ledger.Of("main.driveThrough")
	cPanicMiddle   = ledger.Of("main.panicMiddle")
	cDriveShield   = ledger.Of("main.driveShield")
	cAfterShield   = ledger.Of("main.afterShield")
	cDriveRepanic  = ledger.Of("main.driveRepanic")
	cRepanic       = ledger.Of("main.repanic")
	cRepanic1      = ledger.Closure("main.repanic", 1)
	cPanicInDefer  = ledger.Of("main.panicInDefer")
	cPanicInDefer1 = ledger.EndlessClosure("main.panicInDefer", 1)
	cDriveNil      = ledger.Of("main.driveNil")
	cNilValue      = ledger.Of("main.nilValue")
	eShieldToAfter = ledger.EdgeOf(cDriveShield, cAfterShield)
	eAfterToAfter  = ledger.EdgeOf(cAfterShield, cAfterShield)
	_              = ledger.EdgeOf(cPanicDeep, cAfterShield) // dead frames adopt nothing

	errBoom  = errors.New("boom")
	errAgain = errors.New("boom again")
)

// panicDeep panics from n+1 frames of its own, each of a little more than 128 bytes.
//
//go:noinline
func panicDeep(n int) {
	cPanicDeep.Enter()
	var pad [128]byte
	pad[n%128] = byte(n)
	if n == 0 {
		panic(errBoom)
	}
	panicDeep(n - int(pad[n%128]-byte(n)) - 1)
	cPanicDeep.Leave()
}

// catch calls f and recovers: it returns, whatever f does.
//
//go:noinline
func catch(f func(int), n int) (caught bool) {
	cCatch.Enter()
	defer func() {
		cCatch1.Enter()
		caught = recover() != nil
		cCatch1.Leave()
		cCatch.Leave()
	}()
	f(n)
	return false
}

//go:noinline
func drivePanic(w *ledger.Worker) {
	cDrivePanic.Enter()
	n := w.Below(12)
	if w.Below(16) == 0 {
		n = ledger.PanicKb * 8
	}
	expectPanic(n)
	catch(panicDeep, n)
	cDrivePanic.Leave()
}

var _ = ledger.Uncounted("main.expectPanic")

func expectPanic(n int) {
	cCatch.Predict(1)
	cCatch1.Predict(1)
	cPanicDeep.Predict(n + 1)
	cPanicDeep.Panicked(n + 1)
}

// driveUnwind always unwinds as much stack as the flags allow: hundreds of calls without a return.
//
//go:noinline
func driveUnwind(w *ledger.Worker) {
	cDriveUnwind.Enter()
	n := ledger.PanicKb * 8
	expectPanic(n)
	catch(panicDeep, n)
	cDriveUnwind.Leave()
}

// driveThrough lets a panic cross traced frames, an untraced one, and traced ones again.
//
//go:noinline
func driveThrough(w *ledger.Worker) {
	cDriveThrough.Enter()
	n := w.Below(6)
	expectPanic(n)
	cPanicMiddle.Predict(1)
	cPanicMiddle.Panicked(1)
	catch(panicMiddle, n)
	cDriveThrough.Leave()
}

//go:noinline
func panicMiddle(n int) {
	cPanicMiddle.Enter()
	ledger.Through(panicDeep, n)
	cPanicMiddle.Leave()
}

// driveShield lets an untraced frame recover, and then makes a counted call that is deeper than the dead frames were.
//
//go:noinline
func driveShield(w *ledger.Worker) {
	cDriveShield.Enter()
	n := w.Below(6)
	cPanicDeep.Predict(n + 1)
	cPanicDeep.Panicked(n + 1)
	ledger.Shield(panicDeep, n)
	cAfterShield.Predict(3)
	eShieldToAfter.Cross()
	ledger.Deeper(4, afterShield, 2)
	cDriveShield.Leave()
}

//go:noinline
func afterShield(n int) {
	cAfterShield.Enter()
	if n > 0 {
		eAfterToAfter.Cross()
		afterShield(n - 1)
	}
	cAfterShield.Leave()
}

//go:noinline
func driveRepanic(w *ledger.Worker) {
	cDriveRepanic.Enter()
	n := w.Below(6)
	expectPanic(n)
	ledger.ExpectPanicked(cRepanic, cRepanic1)
	catch(repanic, n)
	cCatch.Predict(1)
	cCatch1.Predict(1)
	ledger.ExpectPanicked(cPanicInDefer, cPanicInDefer1)
	cFib.Predict(ledger.FibCalls(n))
	catch(panicInDefer, n)
	cDriveRepanic.Leave()
}

// repanic recovers and panics again, from the deferred literal.
//
//go:noinline
func repanic(n int) {
	cRepanic.Enter()
	defer func() {
		cRepanic1.Enter()
		if recover() != nil {
			panic(errAgain)
		}
		cRepanic1.Leave()
	}()
	panicDeep(n)
	cRepanic.Leave()
}

// panicInDefer panics first in the function and then in the deferred literal, which does not recover.
//
//go:noinline
func panicInDefer(n int) {
	cPanicInDefer.Enter()
	defer func() {
		cPanicInDefer1.Enter()
		fib(n)
		panic(errAgain)
	}()
	panic(errBoom)
}

//go:noinline
func driveNil(w *ledger.Worker) {
	cDriveNil.Enter()
	cCatch.Predict(1)
	cCatch1.Predict(1)
	cNilValue.Predict(1)
	cNilValue.Panicked(1)
	catch(nilValue, w.Below(3))
	cDriveNil.Leave()
}

var nowhere [3]*int

// nilValue panics by a signal, not by a call.
//
//go:noinline
func nilValue(n int) {
	cNilValue.Enter()
	*nowhere[n]++
	cNilValue.Leave()
}
