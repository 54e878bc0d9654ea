package ledger

import (
	"syscall"
	"unsafe"
)

const (
	sysSeccomp   = 317
	sysUretprobe = 335 // Linux 6.11: how a uretprobe comes back to the kernel
	sysUprobe    = 336 // Linux 6.18: how an optimised uprobe enters it

	prSetNoNewPrivs       = 38
	seccompSetModeFilter  = 1
	seccompFilterFlagSync = 1 // all threads

	loadNumber  = 0x20 // BPF_LD | BPF_W | BPF_ABS, of struct seccomp_data's first field
	jumpIfEqual = 0x15
	answer      = 0x06
	allow       = 0x7fff0000
	killProcess = 0x80000000
)

// forbidProbeCalls has the kernel kill this process at any system call that a probe makes in its name.
func forbidProbeCalls() {
	filter := []syscall.SockFilter{
		{Code: loadNumber},
		{Code: jumpIfEqual, Jt: 2, K: sysUretprobe},
		{Code: jumpIfEqual, Jt: 1, K: sysUprobe},
		{Code: answer, K: allow},
		{Code: answer, K: killProcess},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0); errno != 0 {
		Die(errno)
	}
	_, _, errno := syscall.RawSyscall(sysSeccomp, seccompSetModeFilter, seccompFilterFlagSync,
		uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		Die(errno)
	}
}
