// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Tells of every exec on the host, so that a program that is to be traced is known before it makes many calls. What is lost
 * where the ring is full is found by looking at /proc, which the reader does now and then anyway.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "kernel.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} ring SEC(".maps");

/* A raw tracepoint, by BTF: it needs no tracefs. At this point /proc/PID/exe is the new program already. */
SEC("tp_btf/sched_process_exec")
int on_any_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u64 *tgid = bpf_ringbuf_reserve(&ring, sizeof(*tgid), 0);

	if (tgid) {
		*tgid = (__u32)task->tgid;
		bpf_ringbuf_submit(tgid, BPF_RB_NO_WAKEUP);
	}
	return 0;
}
