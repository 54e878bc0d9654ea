package ledger

import (
	"bytes"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

const clockMonotonic = 1

// Now is the kernel's CLOCK_MONOTONIC, ns: the clock of bpf_ktime_get_ns.
//
//go:noinline
func Now() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0)
	return int64(ts.Sec)*1000000000 + int64(ts.Nsec)
}

// Thread is the thread that runs now.
//
//go:noinline
func Thread() int {
	tid, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
	return int(tid)
}

// Goid is the number of the goroutine that runs now, as its stack trace prints it.
func Goid() int64 {
	var buffer [64]byte
	fields := bytes.Fields(buffer[:runtime.Stack(buffer[:], false)])
	id, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		panic(err)
	}
	return id
}
