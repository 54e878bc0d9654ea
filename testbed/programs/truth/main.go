// Command truth calls functions in every way that Go can, counts its own calls, and prints what it counted.
//
// Every function of package main is counted or named as uncounted; package ledger is the part that is not traced.
package main

import "truth/ledger"

// The files with build constraints add to these when their package variables are initialised.
var (
	optional []ledger.Workload
	extra    []ledger.Workload
)

func main() {
	core := []ledger.Workload{
		{Name: "recursion", Run: driveRecursion, Counter: cDriveRecursion},
		{Name: "mutual", Run: driveMutual, Counter: cDriveMutual},
		{Name: "growth", Run: driveGrowth, Counter: cDriveGrowth},
		{Name: "shrink", Run: driveShrink, Counter: cDriveShrink},
		{Name: "panic", Run: drivePanic, Counter: cDrivePanic},
		{Name: "through", Run: driveThrough, Counter: cDriveThrough},
		{Name: "shield", Run: driveShield, Counter: cDriveShield},
		{Name: "repanic", Run: driveRepanic, Counter: cDriveRepanic},
		{Name: "nil", Run: driveNil, Counter: cDriveNil},
		{Name: "goexit", Run: driveGoexit, Counter: cDriveGoexit},
		{Name: "defers", Run: driveDefers, Counter: cDriveDefers},
		{Name: "closures", Run: driveClosures, Counter: cDriveClosures},
		{Name: "methods", Run: driveMethods, Counter: cDriveMethods},
		{Name: "migrate", Run: driveMigrate, Counter: cDriveMigrate},
		{Name: "block", Run: driveBlock, Counter: cDriveBlock},
		{Name: "spawn", Run: driveSpawn, Counter: cDriveSpawn},
		{Name: "lock", Run: driveLock, Counter: cDriveLock},
		{Name: "leaf", Run: driveLeaf, Counter: cDriveLeaf},
		{Name: "framed", Run: driveFramed, Counter: cDriveFramed},
		{Name: "log", Run: driveLog, Counter: cDriveLog},
	}
	optional = append(optional,
		ledger.Workload{Name: "timed", Run: driveTimed, Counter: cDriveTimed},
		ledger.Workload{Name: "unwind", Run: driveUnwind, Counter: cDriveUnwind},
		ledger.Workload{Name: "children", Run: driveChildren, Counter: cDriveChildren},
	)
	ledger.Main(append(core, extra...), optional, ledger.Background{Hold: holdOpen, Held: cHoldOpen, Noise: noise})
}
