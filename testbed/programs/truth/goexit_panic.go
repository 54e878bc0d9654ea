//go:build !gccgo
// +build !gccgo

package main

import (
	"runtime"
	"sync"

	"truth/ledger"
)

var (
	cDriveGoexitPanic  = ledger.Of("main.driveGoexitPanic")
	cDriveGoexitPanic1 = ledger.Closure("main.driveGoexitPanic", 1)
	cGoexitPanic       = ledger.Of("main.goexitPanic")
	cGoexitPanic1      = ledger.Closure("main.goexitPanic", 1)
)

// A recover during Goexit ends the Goexit in gccgo 12, as it did in Go up to 1.13, so only gc has this workload.
func init() {
	optional = append(optional, ledger.Workload{Name: "goexitpanic", Run: driveGoexitPanic, Counter: cDriveGoexitPanic})
}

// driveGoexitPanic lets a deferred literal panic and recover while its goroutine exits.
//
//go:noinline
func driveGoexitPanic(w *ledger.Worker) {
	cDriveGoexitPanic.Enter()
	n := w.Below(4)
	ledger.ExpectGoexited(cDriveGoexitPanic1, cGoexitPanic)
	cGoexitPanic1.Predict(1)
	expectPanic(n)
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		cDriveGoexitPanic1.Enter()
		goexitPanic(n, &group)
		cDriveGoexitPanic1.Leave()
	}()
	group.Wait()
	cDriveGoexitPanic.Leave()
}

//go:noinline
func goexitPanic(n int, group *sync.WaitGroup) {
	cGoexitPanic.Enter()
	defer func() {
		cGoexitPanic1.Enter()
		catch(panicDeep, n)
		group.Done()
		cGoexitPanic1.Leave()
	}()
	runtime.Goexit()
}
