package ledger

import (
	"encoding/json"
	"fmt"
	"io/ioutil"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

type functionReport struct {
	Name      string          `json:"name"`
	Kind      string          `json:"kind"`
	Calls     int64           `json:"calls"`
	Returns   int64           `json:"returns"`
	Abandoned abandonedReport `json:"abandoned"`
	Open      int64           `json:"open"`
}

type abandonedReport struct {
	Panic  int64 `json:"panic"`
	Goexit int64 `json:"goexit"`
}

type edgeReport struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Calls int64  `json:"calls"`
}

type report struct {
	Pid        int              `json:"pid"`
	Go         string           `json:"go"`
	Compiler   string           `json:"compiler"`
	Generation int              `json:"generation"`
	Seed       uint64           `json:"seed"`
	Final      bool             `json:"final"`
	Migrations int64            `json:"migrations"`
	StackMoves int64            `json:"stack_moves"`
	Problems   []string         `json:"problems"`
	Uncounted  []string         `json:"uncounted"`
	Functions  []functionReport `json:"functions"`
	Edges      []edgeReport     `json:"edges"`
	Log        []Call           `json:"log"`
	LogDropped int64            `json:"log_dropped"`
}

// Report is the truth as JSON. With final, every call must be accounted for: a call that neither returned nor was
// unwound counts as open, and more open calls than expectedOpen names is a problem, as is a call that was not predicted.
func Report(generation int, seed uint64, final bool, expectedOpen map[string]int64) ([]byte, []string) {
	registry.Lock()
	defer registry.Unlock()
	logLock.Lock()
	defer logLock.Unlock()
	r := report{
		Pid: os.Getpid(), Go: runtime.Version(), Compiler: runtime.Compiler, Generation: generation, Seed: seed,
		Final: final, Migrations: atomic.LoadInt64(&migrations), StackMoves: atomic.LoadInt64(&stackMoves),
		Problems: []string{}, Uncounted: uncounted, Functions: []functionReport{}, Edges: []edgeReport{},
		Log: logged, LogDropped: logDrops,
	}
	if r.Log == nil {
		r.Log = []Call{}
	}
	for _, c := range counters {
		if c.kind == "absent" {
			continue
		}
		f := functionReport{
			Name: c.name, Kind: c.kind, Calls: atomic.LoadInt64(&c.calls), Returns: atomic.LoadInt64(&c.returns),
			Abandoned: abandonedReport{atomic.LoadInt64(&c.panicked), atomic.LoadInt64(&c.goexited)},
		}
		f.Open = f.Calls - f.Returns - f.Abandoned.Panic - f.Abandoned.Goexit
		if final && c.kind != "noise" && f.Open != expectedOpen[c.name] {
			r.Problems = append(r.Problems, fmt.Sprintf("%s: %d open calls, expected %d", c.name, f.Open, expectedOpen[c.name]))
		}
		if predicted := atomic.LoadInt64(&c.predicted); final && c.kind != "noise" && predicted != f.Calls {
			r.Problems = append(r.Problems, fmt.Sprintf("%s: %d calls, predicted %d", c.name, f.Calls, predicted))
		}
		r.Functions = append(r.Functions, f)
	}
	for _, e := range edges {
		r.Edges = append(r.Edges, edgeReport{e.from, e.to, atomic.LoadInt64(&e.calls)})
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return text, r.Problems
}

// Publish prints the truth as one line, and writes it to a file if one is named.
func Publish(text []byte, file string) {
	fmt.Printf("truth %s\n", text)
	if file == "" {
		return
	}
	if err := ioutil.WriteFile(file+".part", append(text, '\n'), 0o644); err != nil {
		Die(err)
	}
	if err := os.Rename(file+".part", file); err != nil {
		Die(err)
	}
}

// AwaitGoroutines waits until no more than n goroutines are left: only then has the last of them executed its last
// return.
func AwaitGoroutines(n int) {
	for deadline := time.Now().Add(60 * time.Second); runtime.NumGoroutine() > n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			Die(fmt.Errorf("%d goroutines are left after 60 s, expected %d", runtime.NumGoroutine(), n))
		}
	}
}

// Die ends the program with one line and exit code 3.
func Die(err error) {
	fmt.Fprintln(os.Stderr, "truth:", err)
	os.Exit(3)
}
