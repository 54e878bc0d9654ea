// Values calls functions whose arguments and results are known.
//
//	values 5       each once, but serve five times
//	values 5 wait  the same, once stdin says something or ends
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

//go:noinline
func add(a, b int) int {
	return a + b
}

//go:noinline
func divide(a, b int) (quotient, remainder int, err error) {
	if b == 0 {
		return 0, 0, errors.New("division by zero")
	}
	return a / b, a % b, nil
}

//go:noinline
func scale(x float64, y float32, z complex128) (float64, float32) {
	return x * real(z), y * float32(imag(z))
}

//go:noinline
func show(x interface{}) bool {
	return x != nil
}

//go:noinline
func serve(method, path string, status int) int {
	return status - len(path)
}

func main() {
	n := 1
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	if len(os.Args) > 2 {
		var line [1]byte
		os.Stdin.Read(line[:])
	}
	// Nothing is a constant, or gccgo would make copies of the functions without arguments.
	zero := len(os.Args[0]) >> 20
	sum := add(42+zero, 13+zero)
	quotient, remainder, err := divide(47+zero, 6+zero)
	_, _, failure := divide(1, zero)
	x, y := scale(1.5+float64(zero), -0.25+float32(zero), complex(2+float64(zero), 8))
	shown := show("Hello, BPF!"[zero:])
	methods := []string{"GET", "PUT", "GET", "GET", "DELETE"}
	for i := 0; i < n; i++ {
		sum += serve(methods[i%5], "/things/"+strconv.Itoa(i), 200+i%3)
	}
	fmt.Println("Hello, BPF!")
	if sum+quotient+remainder == 0 && err == failure && x == float64(y) && shown {
		os.Exit(1)
	}
}
