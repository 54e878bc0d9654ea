/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * User stacks, by frame pointers.
 *
 * bpf_get_stackid() is of no use at our places: it begins at rbp, which at a function's entry still is the caller's, and so
 * leaves out the caller (kernels from 6.11 on mend that for `push rbp` alone); it drops a stack whose hash bucket is taken;
 * and its buffer is per CPU, which a program that is preempted cannot hold. So the stack is walked here: the return address
 * lies at SP, the frames above it are those that rbp leads to. gc keeps frame pointers in all Go code since 1.7, gccgo does
 * not: there the caller alone is known.
 */
#ifndef GOROSCOPE_STACK_H
#define GOROSCOPE_STACK_H

#define MAX_FRAMES 127

struct stack {
	__u64 frames;             /* how many are filled in */
	__u64 address[MAX_FRAMES]; /* the place itself, then return addresses, innermost first */
};

/*
 * Memory for a stack that is being walked: one entry for each hit that is under way, claimed by an atomic exchange, since a
 * per-CPU one could be overwritten by the next thread on this CPU.
 */
#define WALKS 256u
#define WALK_TRIES 8

struct walk {
	__u64 busy;
	struct stack stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* WALKS where stacks are wanted */
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/* Stacks by their hash, each kept once. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct stack);
} stacks SEC(".maps");

struct stack_key {
	__u32 tgid;
	__u32 slot_life; /* as in early_key */
	__u64 stack;     /* hash; 0 where the stack could not be kept */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct stack_key);
	__type(value, __u64);
} stack_counts SEC(".maps");

static __always_inline struct walk *claim_walk(void)
{
	__u32 first = bpf_get_smp_processor_id() * 4;
	struct walk *walk;
	__u32 index;
	int i;

	for (i = 0; i < WALK_TRIES; i++) {
		index = (first + i) % WALKS;
		walk = bpf_map_lookup_elem(&walks, &index);
		if (walk && __sync_val_compare_and_swap(&walk->busy, 0, 1) == 0)
			return walk;
	}
	return 0;
}

static __always_inline void release_walk(struct walk *walk)
{
	__sync_lock_test_and_set(&walk->busy, 0);
}

/* Fills in a stack and returns its hash, never 0. `sp` is SP at the call. */
static __always_inline __u64 walk_stack(struct pt_regs *ctx, __u64 sp, int frame_pointers, struct stack *stack)
{
	__u64 frame[2] = { FRAME_POINTER(ctx), 0 }; /* as in memory: the frame pointer before, the return address */
	__u64 hash = INSTRUCTION_POINTER(ctx);
	__u64 lowest = sp + 8; /* frames lie one above the other */
	__u32 i;

	stack->address[0] = INSTRUCTION_POINTER(ctx);
	if (READ_RETURN_ADDRESS(ctx, sp, &frame[1]))
		frame[1] = 0;
	/* Behind the prologue of Go up to 1.20 rbp is the function's own already: its frame ends at the return address. */
	if (frame[0] + 8 == sp && read_user(&frame[0], sizeof(frame[0]), frame[0]))
		frame[0] = 0;
	for (i = 1; i < MAX_FRAMES && frame[1]; i++) {
		__u64 at = frame[0];

		stack->address[i] = frame[1];
		hash = (hash ^ frame[1]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
		if (!frame_pointers || at < lowest || read_user(frame, sizeof(frame), at))
			frame[1] = 0;
		lowest = at + 16;
	}
	stack->frames = i;
	return hash ? hash : 1;
}

#endif
