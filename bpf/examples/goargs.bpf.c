// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A tool of your own on go.bpf.h: prints the goroutine and the arguments of `func greet(count int, name string) int` when
 * it is called, and its result when it returns. For amd64 and gc from Go 1.17 on (goid: not for 1.23 and 1.24).
 *
 *   clang -O2 -g -target bpf -D__TARGET_ARCH_x86 -I.. -idirafter /usr/include/x86_64-linux-gnu -c goargs.bpf.c -o goargs.bpf.o
 *
 * Attach on_entry at the function's start and on_return at its `ret`, with any loader, and read the ring `calls`.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#define GO_SLEEPABLE 1
#include "go.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct go_how how = {};

struct call {
	__u64 goid;
	__u64 depth;
	__s64 number; /* the argument, or the result */
	__u32 returned;
	__s32 length;
	char name[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} calls SEC(".maps");

static __always_inline int tell(void *ctx, __u32 returned)
{
	struct call *call = bpf_ringbuf_reserve(&calls, sizeof(*call), 0);

	if (!call)
		return 0;
	call->goid = call->depth = 0;
	go_goid(ctx, &how, &call->goid);
	go_depth(ctx, &how, &call->depth);
	call->returned = returned;
	call->number = GO_ARG(ctx, 0);
	call->length = returned ? 0 : go_string(call->name, sizeof(call->name), GO_ARG(ctx, 1), GO_ARG(ctx, 2));
	bpf_ringbuf_submit(call, 0);
	return 0;
}

SEC("uprobe.s")
int on_entry(void *ctx) { return tell(ctx, 0); }

SEC("uprobe.s")
int on_return(void *ctx) { return tell(ctx, 1); }
