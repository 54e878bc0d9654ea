package main

import (
	"runtime"
	"sync"
	"time"

	"truth/ledger"
)

var (
	cDriveMigrate  = ledger.Of("main.driveMigrate")
	cDriveMigrate1 = ledger.Closure("main.driveMigrate", 1)
	cHop           = ledger.Of("main.hop")
	cEcho          = ledger.Of("main.echo")
	cDriveBlock    = ledger.Of("main.driveBlock")
	cBlockMutex    = ledger.Of("main.blockMutex")
	cBlockSleep    = ledger.Of("main.blockSleep")
	cDriveSpawn    = ledger.Of("main.driveSpawn")
	cDriveSpawn1   = ledger.Closure("main.driveSpawn", 1)
	cShortLived    = ledger.Of("main.shortLived")
	cDriveLock     = ledger.Of("main.driveLock")
	cDriveLock1    = ledger.Closure("main.driveLock", 1)
	cLocked        = ledger.Of("main.locked")
	cHoldOpen      = ledger.Of("main.holdOpen")
	cNoise         = ledger.Noise("main.noise")
)

// driveMigrate lets two goroutines wait for each other inside open calls, so that they change threads there.
//
//go:noinline
func driveMigrate(w *ledger.Worker) {
	cDriveMigrate.Enter()
	n := 1 + w.Below(6)
	cDriveMigrate1.Predict(1)
	cEcho.Predict(n)
	cHop.Predict(n)
	there, back := make(chan int), make(chan int)
	go func() {
		cDriveMigrate1.Enter()
		for i := 0; i < n; i++ {
			echo(there, back)
		}
		cDriveMigrate1.Leave()
	}()
	hop(n, there, back)
	cDriveMigrate.Leave()
}

// hop has n calls open at once, and waits in each.
//
//go:noinline
func hop(n int, there, back chan int) int {
	cHop.Enter()
	before := ledger.Thread()
	there <- n
	runtime.Gosched()
	r := 0
	if n > 1 {
		r = <-back + hop(n-1, there, back)
	} else {
		r = <-back
	}
	if ledger.Thread() != before {
		ledger.Migrated()
	}
	cHop.Leave()
	return r
}

//go:noinline
func echo(there, back chan int) {
	cEcho.Enter()
	n := <-there
	runtime.Gosched()
	back <- n
	cEcho.Leave()
}

var shared sync.Mutex

//go:noinline
func driveBlock(w *ledger.Worker) {
	cDriveBlock.Enter()
	n := 1 + w.Below(4)
	for i := 0; i < n; i++ {
		cBlockMutex.Predict(1)
		blockMutex()
	}
	if w.Below(4) == 0 {
		cBlockSleep.Predict(1)
		blockSleep(time.Duration(w.Below(200)) * time.Microsecond)
	}
	cDriveBlock.Leave()
}

//go:noinline
func blockMutex() {
	cBlockMutex.Enter()
	shared.Lock()
	runtime.Gosched()
	shared.Unlock()
	cBlockMutex.Leave()
}

//go:noinline
func blockSleep(d time.Duration) {
	cBlockSleep.Enter()
	before := ledger.Thread()
	time.Sleep(d)
	if ledger.Thread() != before {
		ledger.Migrated()
	}
	cBlockSleep.Leave()
}

//go:noinline
func driveSpawn(w *ledger.Worker) {
	cDriveSpawn.Enter()
	n := w.Below(30)
	cDriveSpawn1.Predict(n)
	cShortLived.Predict(n)
	var group sync.WaitGroup
	group.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			cDriveSpawn1.Enter()
			shortLived()
			group.Done()
			cDriveSpawn1.Leave()
		}()
	}
	group.Wait()
	cDriveSpawn.Leave()
}

//go:noinline
func shortLived() {
	cShortLived.Enter()
	cShortLived.Leave()
}

// driveLock ends a goroutine that is locked to its thread, which ends the thread.
//
//go:noinline
func driveLock(w *ledger.Worker) {
	cDriveLock.Enter()
	if w.Below(4) == 0 {
		cDriveLock1.Predict(1)
		n := 1 + w.Below(5)
		cLocked.Predict(n)
		unlock := w.Below(2) == 0
		var group sync.WaitGroup
		group.Add(1)
		go func() {
			cDriveLock1.Enter()
			runtime.LockOSThread()
			locked(n)
			if unlock {
				runtime.UnlockOSThread()
			}
			group.Done()
			cDriveLock1.Leave()
		}()
		group.Wait()
	}
	cDriveLock.Leave()
}

//go:noinline
func locked(n int) {
	cLocked.Enter()
	runtime.Gosched()
	if n > 1 {
		locked(n - 1)
	}
	cLocked.Leave()
}

// holdOpen is open when the program ends.
//
//go:noinline
func holdOpen(forever chan struct{}) {
	cHoldOpen.Enter()
	<-forever
	cHoldOpen.Leave()
}

// noise runs while the program replaces itself by exec.
//
//go:noinline
func noise() {
	cNoise.Enter()
	cNoise.Leave()
}
