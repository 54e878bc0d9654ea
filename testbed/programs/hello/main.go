// Hello greets, as the programs do with which tracing of Go was first shown.
//
//	hello 5        greets 5 times
//	hello 5 wait   greets 5 times at each line on stdin, says "ready" before each, until stdin ends
package main

import (
	"fmt"
	"os"
	"strconv"
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
		for line[0] = 0; line[0] != '\n'; {
			if got, err := os.Stdin.Read(line[:]); got == 0 || err != nil {
				return
			}
		}
		greet(n)
	}
}
