// Counted is a program that knows how often it called each of its functions. It obeys lines on stdin:
//
//	run GOROUTINES ROUNDS   calls everything ROUNDS times in each of GOROUTINES goroutines, then answers "done"
//	counts                  prints "NAME CALLS" for each function, then "done"
//	exec                    replaces itself by the same program
//	quit
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

var names = []string{"leaf", "fib", "grow", "throws", "catches", "quits", "blocks", "reads"}
var calls [8]atomic.Int64

//go:noinline
func leaf(n int) int {
	calls[0].Add(1)
	if n < 0 { // so that it needs a frame
		panic("negative")
	}
	return n * 3
}

//go:noinline
func fib(n int) int {
	calls[1].Add(1)
	if n < 2 {
		return leaf(n)
	}
	return fib(n-1) + fib(n-2)
}

// grow needs more stack with each call, so that the goroutine's stack is copied.
//
//go:noinline
func grow(n int) int {
	calls[2].Add(1)
	var pad [256]byte
	pad[n%256] = byte(n)
	if n == 0 {
		return int(pad[0])
	}
	return grow(n-1) + int(pad[n%256])
}

//go:noinline
func throws(n int) int {
	calls[3].Add(1)
	if n == 0 {
		panic("expected")
	}
	return throws(n-1) + 1
}

//go:noinline
func catches(n int) (caught any) {
	calls[4].Add(1)
	defer func() { caught = recover() }()
	throws(n)
	return nil
}

//go:noinline
func quits(n int) {
	calls[5].Add(1)
	if n == 0 {
		runtime.Goexit()
	}
	quits(n - 1)
}

// blocks returns on another thread now and then.
//
//go:noinline
func blocks(to, from chan int) int {
	calls[6].Add(1)
	to <- 1
	runtime.Gosched()
	return <-from
}

// reads blocks in a system call.
//
//go:noinline
func reads(fds *[2]int) int {
	calls[7].Add(1)
	var b [1]byte
	n, _ := syscall.Read(fds[0], b[:])
	return n
}

func round() {
	fib(6)
	grow(60)
	catches(5)
	gone := make(chan bool)
	go func() {
		defer close(gone)
		quits(3)
	}()
	<-gone
	to, from := make(chan int), make(chan int)
	go func() { from <- <-to }()
	blocks(to, from)
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		panic(err)
	}
	go func() {
		runtime.Gosched()
		syscall.Write(fds[1], []byte{1})
	}()
	reads(&fds)
	syscall.Close(fds[0])
	syscall.Close(fds[1])
}

func run(goroutines, rounds int) {
	var all sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < rounds; j++ {
				round()
			}
		}()
	}
	all.Wait()
}

func main() {
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var goroutines, rounds int
		switch n, _ := fmt.Sscanf(in.Text(), "run %d %d", &goroutines, &rounds); {
		case n == 2:
			run(goroutines, rounds)
		case in.Text() == "counts":
			for i, name := range names {
				fmt.Println(name, calls[i].Load())
			}
		case in.Text() == "exec":
			syscall.Exec("/proc/self/exe", os.Args, os.Environ())
		case in.Text() == "quit":
			return
		}
		fmt.Println("done")
	}
}
