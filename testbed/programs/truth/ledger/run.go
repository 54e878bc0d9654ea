package ledger

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Workload is one way to call functions.
type Workload struct {
	Name    string
	Run     func(*Worker)
	Counter *Counter // of Run itself
}

// Background is what runs beside the workloads, or is left open at the end.
type Background struct {
	Hold  func(chan struct{})
	Held  *Counter
	Noise func()
}

// StackKb is how far driveGrowth lets a stack grow, kilobytes.
var StackKb int

// PanicKb is how much stack a deep panic unwinds, kilobytes.
var PanicKb int

var (
	seed       = flag.Uint64("seed", 1, "of all random numbers")
	goroutines = flag.Int("goroutines", 8, "workers")
	rounds     = flag.Int("rounds", 20, "how often each worker runs each workload; 0: until -duration is over")
	duration   = flag.Duration("duration", 0, "stop after this time")
	procs      = flag.Int("procs", 8, "GOMAXPROCS")
	workloads  = flag.String("workloads", "", "comma-separated names; +NAME adds an optional one to the usual ones")
	pace       = flag.Duration("pace", 0, "sleep after each round")
	wait       = flag.Bool("wait", false, "print \"ready PID\" and wait for a line on stdin before the first call")
	hold       = flag.Bool("hold", false, "after the truth is printed, wait for a line on stdin before the end")
	control    = flag.Bool("control", false, "read pause, resume and stop from stdin")
	logLimit   = flag.Int("log-limit", 200000, "calls that are remembered one by one at most")
	held       = flag.Int("held", 0, "calls that are left open at the end")
	signalHz   = flag.Int("signal-hz", 0, "send SIGALRM to this process so often")
	execs      = flag.Int("execs", 0, "how often the program replaces itself")
	generation = flag.Int("generation", 0, "how often it has done so")
	exit       = flag.String("exit", "exit", "how the program ends: exit, return, panic, kill")
	truthFile  = flag.String("truth-file", "", "write the truth here as well; each generation appends .N")
	moving     = flag.Bool("move-pages", false, "let the kernel move the pages of the heap all the time")
	filtered   = flag.Bool("seccomp", false, "be killed at a system call that a probe makes")
	child      = flag.Bool("child", false, "end at once")
)

func init() {
	flag.IntVar(&StackKb, "stack-kb", 119, "largest stack growth, kilobytes")
	flag.IntVar(&PanicKb, "panic-kb", 16, "deepest panic, kilobytes")
}

var (
	gate    sync.RWMutex // held for reading by each worker in a round, for writing while paused
	stopped int32
)

// Main runs the workloads as the flags say and prints the truth.
func Main(usual, optional []Workload, background Background) {
	flag.Parse()
	if *child {
		os.Exit(0)
	}
	runtime.GOMAXPROCS(*procs)
	if *filtered {
		forbidProbeCalls()
	}
	chosen := choose(usual, optional)
	stdin := bufio.NewReader(os.Stdin)
	if *wait {
		fmt.Printf("ready %d\n", os.Getpid())
		line(stdin)
	}
	if *signalHz > 0 {
		ring(*signalHz)
	}
	if *moving {
		go movePages()
	}
	idle := runtime.NumGoroutine()
	if *control {
		idle++
		go obey(stdin, func() int { return idle + *held + *goroutines })
	}
	forever := make(chan struct{})
	for i := 0; i < *held; i++ {
		background.Held.Predict(1)
		go background.Hold(forever)
	}
	var group sync.WaitGroup
	deadline := time.Now().Add(*duration)
	for i := 0; i < *goroutines; i++ {
		group.Add(1)
		go work(i, chosen, deadline, &group)
	}
	group.Wait()
	finish(stdin, idle, background)
}

func finish(stdin *bufio.Reader, idle int, background Background) {
	AwaitGoroutines(idle + *held)
	for atomic.LoadInt64(&background.Held.calls) < int64(*held) {
		time.Sleep(time.Millisecond)
	}
	text, problems := Report(*generation, *seed, true, map[string]int64{background.Held.name: int64(*held)})
	file := *truthFile
	if file != "" && *generation > 0 {
		file += "." + strconv.Itoa(*generation)
	}
	Publish(text, file)
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, "truth: inconsistent:", p)
	}
	if len(problems) > 0 {
		os.Exit(3)
	}
	if *generation < *execs {
		replace(background.Noise)
	}
	if *hold {
		line(stdin)
	}
	end()
}

func end() {
	switch *exit {
	case "return":
	case "panic":
		panic("the end, as asked for by -exit panic")
	case "kill":
		Die(syscall.Kill(os.Getpid(), syscall.SIGKILL))
	default:
		os.Exit(0)
	}
}

// replace executes this program anew while goroutines are still calling.
func replace(noise func()) {
	for i := 0; i < *procs; i++ {
		go func() {
			for {
				noise()
				runtime.Gosched() // gccgo does not preempt a loop
			}
		}()
	}
	time.Sleep(5 * time.Millisecond)
	args := append([]string{}, os.Args...)
	for i, a := range args {
		if strings.HasPrefix(a, "-generation=") {
			args = append(args[:i], args[i+1:]...)
			break
		}
		if a == "-wait" || a == "-wait=true" {
			args[i] = "-wait=false"
		}
	}
	args = append(args[:1], append([]string{"-generation=" + strconv.Itoa(*generation+1)}, args[1:]...)...)
	Die(syscall.Exec("/proc/self/exe", args, os.Environ()))
}

func work(id int, chosen []Workload, deadline time.Time, group *sync.WaitGroup) {
	defer group.Done()
	w := NewWorker(*seed, id+*generation*1000)
	for round := 0; *rounds == 0 || round < *rounds; round++ {
		if atomic.LoadInt32(&stopped) != 0 || over(deadline) {
			return
		}
		gate.RLock()
		for range chosen {
			if over(deadline) {
				break // a round of thousands of workers takes a minute
			}
			load := chosen[w.Below(len(chosen))]
			load.Counter.Predict(1)
			load.Run(w)
		}
		gate.RUnlock()
		time.Sleep(*pace)
	}
}

func over(deadline time.Time) bool { return *duration > 0 && time.Now().After(deadline) }

func choose(usual, optional []Workload) []Workload {
	var chosen []Workload
	names := map[string]Workload{}
	for _, w := range append(append([]Workload{}, usual...), optional...) {
		names[w.Name] = w
	}
	wanted := strings.FieldsFunc(*workloads, func(r rune) bool { return r == ',' })
	if len(wanted) == 0 || strings.HasPrefix(wanted[0], "+") {
		chosen = usual
	}
	for _, name := range wanted {
		w, known := names[strings.TrimPrefix(name, "+")]
		if !known {
			Die(fmt.Errorf("no workload %q in this build", name))
		}
		chosen = append(chosen, w)
	}
	return chosen
}

func line(stdin *bufio.Reader) string {
	text, err := stdin.ReadString('\n')
	if err != nil {
		Die(fmt.Errorf("reading stdin: %v", err))
	}
	return strings.TrimSpace(text)
}

// obey pauses between rounds, when no counted call but the held ones is open, and prints the truth so far.
func obey(stdin *bufio.Reader, quiet func() int) {
	for {
		switch command := line(stdin); command {
		case "pause":
			gate.Lock()
			AwaitGoroutines(quiet())
			text, _ := Report(*generation, *seed, false, nil)
			Publish(text, "")
		case "resume":
			gate.Unlock()
		case "stop":
			atomic.StoreInt32(&stopped, 1)
			select {} // stays, since it is counted among the idle: else a worker would pass for it
		default:
			Die(fmt.Errorf("%q on stdin, expected pause, resume or stop", command))
		}
	}
}

// ring lets the kernel send SIGALRM at a steady rate, and receives it.
func ring(hz int) {
	alarms := make(chan os.Signal, 16)
	signal.Notify(alarms, syscall.SIGALRM)
	go func() {
		for range alarms {
		}
	}()
	interval := syscall.NsecToTimeval(int64(1000000000 / hz))
	timer := [2]syscall.Timeval{interval, interval}
	const itimerReal = 0
	if _, _, errno := syscall.Syscall(syscall.SYS_SETITIMER, itimerReal, uintptr(unsafe.Pointer(&timer)), 0); errno != 0 {
		Die(errno)
	}
	time.Sleep(10 * time.Millisecond) // os/signal starts its own goroutine by and by
}
