package ledger

import (
	"fmt"
	"io/ioutil"
	"strings"
	"syscall"
	"unsafe"
)

const (
	madvCold     = 20
	madvCollapse = 25 // Linux 6.1
	pageBytes    = 4096
	hugeBytes    = 2 << 20
	movedBytes   = 8 << 20 // the beginning of the heap has the runtime's g in it
)

var anchor *[pageBytes]byte

// movePages lets the kernel make huge pages of the heap, and small ones of these, without end. Meanwhile pages are not there
// for a moment: who touches them waits in a fault.
func movePages() {
	anchor = new([pageBytes]byte)
	low, high := mapping(uintptr(unsafe.Pointer(anchor)))
	if high > low+movedBytes {
		high = low + movedBytes
	}
	for {
		for at := low; at+hugeBytes <= high; at += hugeBytes {
			advise(at, hugeBytes, madvCollapse)
			advise(at+pageBytes, pageBytes, madvCold) // of a part: splits it
		}
	}
}

// mapping is where the memory around an address begins, rounded up to a huge page, and ends.
func mapping(address uintptr) (low, high uintptr) {
	maps, err := ioutil.ReadFile("/proc/self/maps")
	if err != nil {
		Die(err)
	}
	for _, line := range strings.Split(string(maps), "\n") {
		if _, err := fmt.Sscanf(line, "%x-%x", &low, &high); err == nil && low <= address && address < high {
			return (low + hugeBytes - 1) &^ (hugeBytes - 1), high
		}
	}
	return 0, 0
}

// advise may fail, where nothing is there or a page is in use.
func advise(at, bytes, advice uintptr) {
	syscall.Syscall(syscall.SYS_MADVISE, at, bytes, advice)
}
