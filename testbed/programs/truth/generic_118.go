//go:build go1.18 && !go1.20 && !gccgo
// +build go1.18,!go1.20,!gccgo

package main

const shapeSuffix = "_0"
