// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Writes records into the ring of a session as the probes do, for measuring what comes after them: real calls of a traced
 * program stop at some ten thousand a second where returns are single-stepped. User space runs it whenever it wants
 * (BPF_PROG_RUN); Java's RingLoad gives it the ring.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "cookie.h"
#include "record.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

/* The order is that of Java's RingLoad. */
struct load {
	__u32 tgid;
	__u32 slot;
	__u32 calls;
	__u32 goroutines; /* that the calls are of, one after the other */
};

struct progress {
	struct load load;
	__u64 lost;
};

#define DEPTH 128

static __always_inline void write_record(struct progress *progress, __u64 goid, __u32 kind)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		progress->lost++;
		return;
	}
	record->identity = goid;
	record->depth = DEPTH;
	record->segment = 0;
	record->slot_what = progress->load.slot | kind << 24;
	record->tgid = progress->load.tgid;
	record->tid = progress->load.tgid;
	record->place = 0;
	record->generation = 0;
	record->time = bpf_ktime_get_ns();
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

static long write_call(__u64 index, struct progress *progress)
{
	__u64 goid = 1 + index % (progress->load.goroutines ? progress->load.goroutines : 1);

	write_record(progress, goid, KIND_ENTRY);
	write_record(progress, goid, KIND_RETURN);
	return 0;
}

/* Returns how many records found no room. */
SEC("syscall")
int write_calls(struct load *load)
{
	struct progress progress = { .load = *load };

	bpf_loop(load->calls, write_call, &progress, 0);
	return progress.lost;
}
