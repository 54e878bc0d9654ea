// Command guest is the first process in a virtual machine: it runs the jobs that it finds, reports each of them on the
// second serial line as one line of JSON, and resets the machine.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"
)

type job struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	LimitS  int      `json:"limit_s"`
	Files   []string `json:"files"` // to report after it has ended
}

type result struct {
	Name    string            `json:"name"`
	Code    int               `json:"code"` // 124: it took longer than its limit
	Seconds float64           `json:"seconds"`
	Stdout  string            `json:"stdout"`
	Stderr  string            `json:"stderr"`
	Files   map[string]string `json:"files"`
}

func main() {
	prepare()
	line, err := os.OpenFile("/dev/ttyS1", os.O_WRONLY, 0)
	check(err)
	text, err := os.ReadFile("/jobs.json")
	check(err)
	var jobs []job
	check(json.Unmarshal(text, &jobs))
	for _, j := range jobs {
		fmt.Println("guest: begins", j.Name)
		report, err := json.Marshal(run(j))
		check(err)
		_, err = line.Write(append(report, '\n'))
		check(err)
	}
	_, err = line.WriteString("end\n")
	check(err)
	check(drain(line))
	check(syscall.Reboot(syscall.LINUX_REBOOT_CMD_RESTART))
}

func prepare() {
	for _, m := range [][3]string{
		{"proc", "/proc", "proc"},
		{"sysfs", "/sys", "sysfs"},
		{"devtmpfs", "/dev", "devtmpfs"},
		{"bpf", "/sys/fs/bpf", "bpf"},
		{"tracefs", "/sys/kernel/tracing", "tracefs"},
	} {
		check(os.MkdirAll(m[1], 0o755))
		if err := syscall.Mount(m[0], m[1], m[2], 0, ""); err != nil && err != syscall.EBUSY {
			check(fmt.Errorf("mount %s: %v", m[1], err))
		}
	}
	check(os.MkdirAll("/tmp", 0o1777)) // in the initramfs, which can be written: what lies there stays visible
	const rlimitMemlock = 8
	const infinity = ^uint64(0)
	check(syscall.Setrlimit(rlimitMemlock, &syscall.Rlimit{Cur: infinity, Max: infinity}))
	check(loopbackUp())
	check(os.Setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
	check(os.Setenv("HOME", "/tmp"))
}

func run(j job) result {
	limit, cancel := context.WithTimeout(context.Background(), time.Duration(j.LimitS)*time.Second)
	defer cancel()
	command := exec.CommandContext(limit, j.Command[0], j.Command[1:]...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.WaitDelay = 5 * time.Second
	begin := time.Now()
	err := command.Run()
	r := result{Name: j.Name, Seconds: time.Since(begin).Seconds(), Files: map[string]string{}}
	switch {
	case limit.Err() != nil:
		r.Code = 124
	case command.ProcessState != nil:
		r.Code = command.ProcessState.ExitCode()
	default:
		r.Code = 127
		fmt.Fprintln(&stderr, err)
	}
	r.Stdout, r.Stderr = stdout.String(), stderr.String()
	for _, file := range j.Files {
		if text, err := os.ReadFile(file); err != nil {
			r.Stderr += err.Error() + "\n"
		} else {
			r.Files[file] = string(text)
		}
	}
	return r
}

func loopbackUp() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	request := struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	return control(uintptr(socket), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
}

// drain waits until the line has sent everything.
func drain(line *os.File) error {
	const tcsbrk, wait = 0x5409, 1
	return control(line.Fd(), tcsbrk, wait)
}

func control(fd, request, argument uintptr) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, argument); errno != 0 {
		return errno
	}
	return nil
}

// check ends the machine where the first process cannot do its work: the kernel panics, and the emulator ends.
func check(err error) {
	if err != nil {
		fmt.Println("guest: failed:", err)
		os.Exit(1)
	}
}
