// lines tells where its own instructions stand in the source, by its runtime: the truth for whoever reads the tables.
//
// On stdin: distances from main.main, hexadecimal, one a line. On stdout, for each one, FUNCTION TAB FILE TAB LINE of
// the innermost copy; then, after a line "stacks", frames as "DISTANCE FUNCTION FILE LINE COPY", a blank line after
// each stack.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
)

var base uintptr

func main() {
	base = reflect.ValueOf(main).Pointer()
	out := bufio.NewWriter(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		distance, err := strconv.ParseInt(in.Text(), 16, 64)
		if err != nil {
			panic(err)
		}
		pc := uintptr(int64(base) + distance)
		f := runtime.FuncForPC(pc)
		file, line := f.FileLine(pc)
		fmt.Fprintf(out, "%s\t%s\t%d\n", f.Name(), file, line)
	}
	fmt.Fprintln(out, "stacks")
	outer(out, 1)
	T{n: 2}.method(out)
	func() { inner(out) }()
	through(func(w *bufio.Writer) { middle(w, 7) }, out)
	for i := 0; i < 2; i++ {
		if i%2 == 0 {
			middle(out, i)
		} else {
			outer(out, i)
		}
	}
	out.Flush()
}

// T has a method that is inlined.
type T struct{ n int }

func (t T) method(out *bufio.Writer) { middle(out, t.n) }

//go:noinline
func through(f func(*bufio.Writer), out *bufio.Writer) { f(out) }

func outer(out *bufio.Writer, n int) {
	middle(out, n+1)
}

func middle(out *bufio.Writer, n int) {
	_ = n
	inner(out)
}

func inner(out *bufio.Writer) {
	stack(out)
}

//go:noinline
func stack(out *bufio.Writer) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		f, more := frames.Next()
		fmt.Fprintf(out, "%x\t%s\t%s\t%d\t%t\n",
			int64(f.PC)-int64(base), f.Function, f.File, f.Line, f.Func == nil)
		if !more {
			break
		}
	}
	fmt.Fprintln(out)
}
