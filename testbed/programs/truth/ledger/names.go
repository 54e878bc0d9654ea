package ledger

import "runtime"

// Method registers a method with a value receiver.
func Method(receiver, name string) *Counter { return Of("main." + receiver + "." + name) }

// PointerMethod registers a method with a pointer receiver.
func PointerMethod(receiver, name string) *Counter { return Of(pointerName(receiver, name)) }

// WrapperMethod registers the compiler's wrapper with a pointer receiver for a method with a value receiver.
func WrapperMethod(receiver, name string) *Counter {
	return madeByGc(pointerName(receiver, name), "wrapper")
}

// TailMethod registers the compiler's jump to the method of an embedded pointer.
func TailMethod(receiver, name string) *Counter { return madeByGc(pointerName(receiver, name), "tail") }

// BoundMethod registers the function behind a method value.
func BoundMethod(receiver, name string) *Counter {
	return madeByGc(pointerName(receiver, name)+"-fm", "wrapper")
}

// LeafMethod registers a method with a pointer receiver and without a prologue.
func LeafMethod(receiver, name string) *Counter { return register(pointerName(receiver, name), "leaf") }

func madeByGc(name, kind string) *Counter {
	if runtime.Compiler == "gccgo" {
		return register(name, "absent")
	}
	return register(name, kind)
}

func pointerName(receiver, name string) string {
	if runtime.Compiler == "gccgo" {
		return "main." + receiver + "." + name
	}
	return "main.(*" + receiver + ")." + name
}
