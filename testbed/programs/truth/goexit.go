package main

import (
	"runtime"
	"sync"

	"truth/ledger"
)

var (
	cDriveGoexit  = ledger.Of("main.driveGoexit")
	cDriveGoexit1 = ledger.Closure("main.driveGoexit", 1)
	cGoexitDeep   = ledger.Of("main.goexitDeep")
	cGoexitDeep1  = ledger.Closure("main.goexitDeep", 1)
)

//go:noinline
func driveGoexit(w *ledger.Worker) {
	cDriveGoexit.Enter()
	n := w.Below(8)
	cDriveGoexit1.Predict(1)
	cDriveGoexit1.Goexited(1)
	cGoexitDeep.Predict(n + 1)
	cGoexitDeep.Goexited(n + 1)
	cGoexitDeep1.Predict(n + 1)
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		cDriveGoexit1.Enter()
		goexitDeep(n, &group)
		cDriveGoexit1.Leave()
	}()
	group.Wait()
	cDriveGoexit.Leave()
}

//go:noinline
func goexitDeep(n int, group *sync.WaitGroup) {
	cGoexitDeep.Enter()
	defer func() {
		cGoexitDeep1.Enter()
		if n == 0 {
			group.Done()
		}
		cGoexitDeep1.Leave()
	}()
	if n == 0 {
		runtime.Goexit()
	}
	goexitDeep(n-1, group)
	cGoexitDeep.Leave()
}
