//go:build cgo && !gccgo
// +build cgo,!gccgo

package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>

extern void goCallback(int n);

static void call_back(int n) { goCallback(n); }

static void *on_thread(void *n) { goCallback(*(int *)n); return 0; }

// A thread that Go did not make calls into Go.
static int call_from_thread(int n) {
	pthread_t thread;
	if (pthread_create(&thread, 0, on_thread, &n)) return 1;
	return pthread_join(thread, 0);
}
*/
import "C"

import (
	"syscall"

	"truth/ledger"
)

var (
	cDriveCallback = ledger.Of("main.driveCallback")
	cGoCallback    = ledger.Of("main.goCallback")
)

func init() {
	extra = append(extra, ledger.Workload{Name: "callback", Run: driveCallback, Counter: cDriveCallback})
}

//go:noinline
func driveCallback(w *ledger.Worker) {
	cDriveCallback.Enter()
	n := w.Below(5)
	cGoCallback.Predict(2 * (n + 1))
	C.call_back(C.int(n))
	if errno := C.call_from_thread(C.int(n)); errno != 0 {
		ledger.Die(syscall.Errno(errno))
	}
	expectPanic(n)
	catch(panicDeep, n)
	cDriveCallback.Leave()
}

// goCallback is entered from C, and enters C again.
//
//export goCallback
func goCallback(n C.int) {
	cGoCallback.Enter()
	if n > 0 {
		C.call_back(n - 1)
	}
	cGoCallback.Leave()
}
