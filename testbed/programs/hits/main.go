// Hits calls a function as often as a line on stdin says, and prints how much of its thread's CPU time a call took, ns. A
// negative number calls the other function.
package main

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"
)

const threadCPUTime = 3 // CLOCK_THREAD_CPUTIME_ID

// hit has a frame, so that its entry is as that of most functions.
//
//go:noinline
func hit(n int) int {
	if n == 0 {
		return helper(n)
	}
	return n + 1
}

// plain has no check of the stack: its first instruction is a push, which kernels emulate.
//
//go:nosplit
//go:noinline
func plain(n int) int {
	if n == 0 {
		return helper(n)
	}
	return n + 1
}

//go:noinline
func helper(n int) int {
	return n * 3
}

func cpuTime() int64 {
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func main() {
	runtime.LockOSThread()
	fmt.Println("ready")
	for {
		calls := 0
		if _, err := fmt.Scanln(&calls); err != nil {
			return
		}
		sum := 0
		begin := cpuTime()
		for i := 0; i < calls; i++ {
			sum += hit(i + 1)
		}
		for i := 0; i > calls; i-- {
			sum += plain(1 - i)
		}
		took := cpuTime() - begin
		if calls < 0 {
			calls = -calls
		}
		fmt.Println(float64(took)/float64(calls), sum)
	}
}
