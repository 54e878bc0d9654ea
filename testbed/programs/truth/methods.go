package main

import "truth/ledger"

type shape interface{ area(scale int) int }

// square is held in an interface by a pointer to a copy, so the compiler makes (*square).area to unwrap it.
type square struct{ side, weight int }

type circle struct{ radius int }

// ring promotes circle's method: (*ring).area is a jump to it.
type ring struct {
	weight int
	*circle
}

var (
	cDriveMethods = ledger.Of("main.driveMethods")
	cSquareArea   = ledger.Method("square", "area")
	cCircleArea   = ledger.PointerMethod("circle", "area")
	wSquareArea   = ledger.WrapperMethod("square", "area")
	tRingArea     = ledger.TailMethod("ring", "area")
	_             = ledger.Uncounted("main.ring.area") // nobody calls it
	wCircleBound  = ledger.BoundMethod("circle", "area")
)

//go:noinline
func (s square) area(scale int) int {
	cSquareArea.Enter()
	r := s.side * s.side * scale
	cSquareArea.Leave()
	return r
}

//go:noinline
func (c *circle) area(scale int) int {
	cCircleArea.Enter()
	r := 3 * c.radius * c.radius * scale
	cCircleArea.Leave()
	return r
}

var shapes = [...]shape{square{2, 1}, &circle{3}, &ring{4, &circle{5}}}

//go:noinline
func driveMethods(w *ledger.Worker) {
	cDriveMethods.Enter()
	for i, n := 0, w.Below(9); i < n; i++ {
		switch k := w.Below(len(shapes)); k {
		case 0:
			wSquareArea.Passed(1)
			cSquareArea.Predict(1)
			shapes[k].area(n)
		case 1:
			cCircleArea.Predict(1)
			shapes[k].area(n)
		default:
			tRingArea.Passed(1)
			cCircleArea.Predict(1)
			shapes[k].area(n)
		}
	}
	wCircleBound.Passed(1)
	cCircleArea.Predict(1)
	bound := shapes[1].(*circle).area
	ledger.ThroughValue(bound, 1)
	cDriveMethods.Leave()
}
