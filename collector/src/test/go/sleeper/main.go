// Sleeper calls a function that takes 0.5 to 2 ms in nine of ten calls and 5 to 60 ms in the tenth, in many goroutines,
// until its input ends.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"time"
)

//go:noinline
func sleep(random *rand.Rand) time.Duration {
	took := time.Duration(500+random.Intn(1500)) * time.Microsecond
	if random.Intn(10) == 0 {
		took = time.Duration(5000+random.Intn(55000)) * time.Microsecond
	}
	time.Sleep(took)
	return took
}

func main() {
	for i := int64(0); i < 32; i++ {
		go func(seed int64) {
			random := rand.New(rand.NewSource(seed))
			for {
				sleep(random)
			}
		}(i)
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
