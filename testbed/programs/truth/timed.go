package main

import (
	"os/exec"
	"time"

	"truth/ledger"
)

var (
	cDriveLeaf     = ledger.Of("main.driveLeaf")
	lGetter        = ledger.LeafMethod("box", "get")
	cDriveFramed   = ledger.Of("main.driveFramed")
	cFramed        = ledger.Of("main.framed")
	cBelowFramed   = ledger.Of("main.belowFramed")
	cDriveLog      = ledger.Of("main.driveLog")
	cLogged        = ledger.Of("main.logged")
	cDriveTimed    = ledger.Of("main.driveTimed")
	cSpin          = ledger.Of("main.spin")
	cSleep         = ledger.Of("main.sleep")
	cDriveChildren = ledger.Of("main.driveChildren")
)

type box struct{ a, b int }

//go:noinline
func (b *box) get() int { return b.b }

//go:noinline
func driveLeaf(w *ledger.Worker) {
	cDriveLeaf.Enter()
	b := box{1, w.Below(10)}
	for i := b.b; i >= 0; i-- {
		lGetter.Passed(1)
		b.get()
	}
	cDriveLeaf.Leave()
}

//go:noinline
func driveFramed(w *ledger.Worker) {
	cDriveFramed.Enter()
	n := 1 + w.Below(8)
	cFramed.Predict(n)
	cBelowFramed.Predict(n)
	framed(n)
	cDriveFramed.Leave()
}

// framed has a frame and no stack check. Up to Go 1.20 its first instruction that a kernel emulates lies behind the
// `sub rsp` that makes the frame.
//
//go:noinline
//go:nosplit
func framed(n int) int {
	var room [6]int
	cFramed.Enter()
	room[n%6] = belowFramed(n)
	cFramed.Leave()
	return room[(n+1)%6] + room[n%6]
}

//go:noinline
func belowFramed(n int) int {
	cBelowFramed.Enter()
	if n > 1 {
		n += framed(n - 1)
	}
	cBelowFramed.Leave()
	return n
}

//go:noinline
func driveLog(w *ledger.Worker) {
	cDriveLog.Enter()
	n := 1 + w.Below(4)
	cLogged.Predict(n)
	logged(ledger.NextID(), n, ledger.Goid())
	cDriveLog.Leave()
}

// logged remembers each of its calls with its own number, which is its first argument.
//
//go:noinline
func logged(id uint64, n int, goid int64) {
	cLogged.Enter()
	start := ledger.Now()
	if n > 1 {
		logged(ledger.NextID(), n-1, goid)
	}
	cLogged.Leave()
	cLogged.Remember(id, goid, start, ledger.Now())
}

// driveTimed makes calls of known durations, and looks at the clock inside and around each.
//
//go:noinline
func driveTimed(w *ledger.Worker) {
	cDriveTimed.Enter()
	goid := ledger.Goid()
	cSpin.Predict(1)
	id, ns := ledger.NextID(), int64(20000<<uint(w.Below(6)))
	before := ledger.Now()
	start, end := spin(id, ns)
	cSpin.RememberAround(id, goid, before, ledger.Now())
	cSpin.Remember(id, goid, start, end)
	cSleep.Predict(1)
	id, ns = ledger.NextID(), int64(100000<<uint(w.Below(6)))
	before = ledger.Now()
	start, end = sleep(id, time.Duration(ns))
	cSleep.RememberAround(id, goid, before, ledger.Now())
	cSleep.Remember(id, goid, start, end)
	cDriveTimed.Leave()
}

// spin says when it began and ended.
//
//go:noinline
func spin(id uint64, ns int64) (start, end int64) {
	cSpin.Enter()
	start = ledger.Now()
	for end = start; end-start < ns; {
		end = ledger.Now()
	}
	cSpin.Leave()
	return start, end
}

//go:noinline
func sleep(id uint64, d time.Duration) (start, end int64) {
	cSleep.Enter()
	start = ledger.Now()
	time.Sleep(d)
	end = ledger.Now()
	cSleep.Leave()
	return start, end
}

// driveChildren starts this program again, to end at once: between fork and exec the child runs Go code.
//
//go:noinline
func driveChildren(w *ledger.Worker) {
	cDriveChildren.Enter()
	if err := exec.Command("/proc/self/exe", "-child").Run(); err != nil {
		ledger.Die(err)
	}
	cDriveChildren.Leave()
}
