// Hello greets, as the programs do with which tracing of Go was first shown.
//
//	hello 5        greets 5 times
//	hello 5 wait   greets 5 times at each line on stdin, says "ready" before each, until stdin ends; at a line "x" it
//	               executes itself, as services do that are upgraded in place
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

//go:noinline
func greet(n int) {
	for i := 0; i < n; i++ {
		fmt.Println("Hello, Go!", i)
	}
}

func main() {
	n := 1
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	if len(os.Args) < 3 {
		greet(n)
		return
	}
	var line [1]byte
	for {
		os.Stdout.WriteString("ready\n")
		again := false
		for line[0] = 0; line[0] != '\n'; {
			if got, err := os.Stdin.Read(line[:]); got == 0 || err != nil {
				return
			}
			again = again || line[0] == 'x'
		}
		if again {
			panic(syscall.Exec(os.Args[0], os.Args, os.Environ()))
		}
		greet(n)
	}
}
