package main

import (
	"sync"

	"truth/ledger"
)

var (
	cDriveGrowth  = ledger.Of("main.driveGrowth")
	cDriveGrowth1 = ledger.Closure("main.driveGrowth", 1)
	cDriveShrink  = ledger.Of("main.driveShrink")
	cDriveShrink1 = ledger.Closure("main.driveShrink", 1)
	cGrow         = ledger.Of("main.grow")
	cHuge         = ledger.Of("main.huge")
	cHoldShrink   = ledger.Of("main.holdShrink")
)

// driveGrowth grows a new goroutine's stack, with counted calls open on every copy.
//
//go:noinline
func driveGrowth(w *ledger.Worker) {
	cDriveGrowth.Enter()
	kb := 1 + w.Below(ledger.StackKb)
	if w.Below(4) == 0 {
		kb = ledger.StackKb
	}
	cDriveGrowth1.Predict(1)
	cGrow.Predict(kb + 1)
	cHuge.Predict(1)
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		cDriveGrowth1.Enter()
		var here int
		before := ledger.Address(&here)
		grow(kb)
		huge(kb)
		if ledger.Address(&here) != before {
			ledger.StackMoved()
		}
		group.Done()
		cDriveGrowth1.Leave()
	}()
	group.Wait()
	cDriveGrowth.Leave()
}

// grow uses a little more than a kilobyte of stack a call.
//
//go:noinline
func grow(kb int) int {
	cGrow.Enter()
	var pad [1000]byte
	pad[kb%1000] = byte(kb)
	r := 0
	if kb > 0 {
		r = grow(kb - 1)
	}
	r += int(pad[(kb*7)%1000])
	cGrow.Leave()
	return r
}

// huge has a frame so large that the compiler checks the stack in another way.
//
//go:noinline
func huge(n int) int {
	cHuge.Enter()
	var pad [40000]byte
	pad[n%40000] = byte(n)
	r := int(pad[(n*7)%40000])
	cHuge.Leave()
	return r
}

// driveShrink grows a stack, lets the collector shrink it under an open counted call, and grows it again.
//
//go:noinline
func driveShrink(w *ledger.Worker) {
	cDriveShrink.Enter()
	if w.Below(8) == 0 {
		cDriveShrink1.Predict(1)
		cHoldShrink.Predict(1)
		cGrow.Predict(2 * 41)
		var group sync.WaitGroup
		group.Add(1)
		go func() {
			cDriveShrink1.Enter()
			holdShrink(40)
			group.Done()
			cDriveShrink1.Leave()
		}()
		group.Wait()
	}
	cDriveShrink.Leave()
}

//go:noinline
func holdShrink(kb int) {
	cHoldShrink.Enter()
	var here int
	grow(kb)
	before := ledger.Address(&here)
	ledger.CollectGarbage()
	if ledger.Address(&here) != before {
		ledger.StackMoved()
	}
	grow(kb)
	cHoldShrink.Leave()
}
