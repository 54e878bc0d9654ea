// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The programs that run at each probe: on_count and on_entry when a call begins, on_return when it ends, on_marker in
 * the few runtime functions that explain how frames end; and three tracepoints that follow processes.
 *
 * Rules that hold in all of them:
 *  - They are preempted in the middle (lazily from Linux 6.18 on): every counter is an atomic add, and nothing is kept in
 *    per-CPU scratch; a record is built where it will be read, in the ring.
 *  - A call is counted before anything can fail. What cannot be sent is counted as lost, and marked: the loss
 *    generation of the identity's slot goes up, and each later record of that slot carries it.
 *  - The traced program is read, never written, but for a `ret` that on_return_executing carries out.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "kernel.h"
#include "cookie.h"
#include "record.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define MAX_LAYOUTS 8
#define GENERATIONS 4096
#define GENERATION_OF_ALL GENERATIONS /* one more, which counts for every slot */
#define SIGNATURE_BEFORE 3 /* bytes of the signature before the return address: the call itself */

/* What the programs know about the Go runtime of an image; Java's SessionConfig writes it. */
struct layout {
	__s64 goroutine_tls_offset;
	__u32 goid_offset;
	__u32 stack_lo_offset;
	__u32 segmented;
	__u32 morestack_low_bits; /* low 12 bits of the address that __morestack's call returns to */
	__u64 morestack_code[2]; /* the code around that address, from SIGNATURE_BEFORE bytes before it on */
};

struct session {
	__u32 slots;       /* functions that are counted */
	__u32 shards;      /* counters per function and process, at least 1 */
	__u32 any_process; /* 1: every process that hits a probe; 0: only those in `tracked` */
	__u32 markers;     /* 1: markers are attached, so keep `outermost` */
	struct layout layouts[MAX_LAYOUTS];
	__u32 registers_writable; /* 1: programs can carry out a `ret`, ours or those of another collector */
	__u32 adjustable;         /* 1: functions have modes, and links are replaced */
};

const volatile struct session session = { .shards = 1 };

#define HIT_LINES 64 /* a power of two; a processor has one, or shares it */

/* Hits of all processes, a cache line of them. */
struct hits {
	__u64 entries; /* and markers */
	__u64 returns;
} __attribute__((aligned(64)));

/* Shared with Java's SessionMaps while the programs run; it writes the switches and reads the hits. */
volatile struct {
	/*
	 * 1 from when the last probe is attached until before the first is removed. Probes come and go one after the other, and
	 * hits in between would be returns without entries, and entries without returns.
	 */
	__u32 active;
	__u32 ends_unmarked; /* 1: no marker tells how goroutines end */
	struct hits hits[HIT_LINES]; /* only of adjustable sessions */
} shared;

/* What a function's hits are to do, where a session is adjustable; Java's FunctionModes writes it. */
#define MODE_NO_ENTRIES (1u << 0) /* calls are counted, and not sent */
#define MODE_NO_RETURNS (1u << 1) /* returns are not sent */
#define MODE_HANDOVER (1u << 2)   /* a link takes the place of another: both may be at a place */
#define MODE_NEWER_SIDE (1u << 3) /* which side the newer link is */
#define MODE_EPOCH(m) ((m) >> 8)  /* number of the handover */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* the session's slots, where it is adjustable */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} modes SEC(".maps");

/* Thread -> the hit that the newer of two links at a place has handled, so that the older one leaves it. */
struct handled_hit {
	__u64 place; /* the cookie without its side */
	__u64 epoch;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct handled_hit);
} handled_hits SEC(".maps");

struct counter {
	__u64 calls;
	__u64 lost; /* records, of entries and returns */
};

/*
 * tgid -> array of slots x shards counters, which Java creates and maps when it registers a process. One more entry at the
 * end says in `calls` for which life of the process they are, since a process that execs itself keeps its tgid: ANY_LIFE,
 * self_exec_id + 1, or NO_LIFE; and counts in `lost` how many goroutines were seen to end.
 */
#define ANY_LIFE 0ULL
#define NO_LIFE (~0ULL)

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} counters SEC(".maps");

/* The same for lives of processes that were not registered yet when they hit. */
struct early_key {
	__u32 tgid;
	__u32 slot_life; /* slot in bits 0 to 23, self_exec_id in bits 24 to 31 */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct early_key);
	__type(value, struct counter);
} early SEC(".maps");

#define TRACKED_CHILDREN 1u /* its children are to be tracked too */
#define TRACKED_REFUSED 2u  /* known, and none of ours until it execs */

/* The processes whose hits count, and where any process is traced, those that were refused. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, __u32);
} tracked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GENERATIONS + 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} generations SEC(".maps");

/*
 * (tgid, goid) -> depth of the goroutine's outermost open frame, or NO_FRAME. A marker is sent only where there is one.
 * Exact, since a goroutine runs on one thread at a time. Where the map is full, markers are sent always.
 */
struct goroutine_key {
	__u64 goid;
	__u64 tgid;
};

#define NO_FRAME (~0ULL)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct goroutine_key);
	__type(value, __u64);
} outermost SEC(".maps");

/* The order is that of Java's Statistic. */
enum statistic {
	STAT_LOST,             /* records of hits that found no room */
	STAT_UNCOUNTED,        /* calls of unregistered processes that found no room in `early` */
	STAT_EARLY,            /* entries that were added to `early` */
	STAT_NO_IDENTITY,      /* hits whose g could not be read */
	STAT_OFF_STACK,        /* hits outside the stack of their g */
	STAT_PROCESS_LOST,     /* records of processes that found no room */
	STAT_OUTERMOST_FULL,   /* goroutines that found no room in `outermost` */
	STAT_RET_EXECUTED,     /* returns carried out by on_return_executing */
	STAT_RET_DECLINED,     /* returns left to the kernel by its guard */
	STAT_STACKS_FULL,      /* calls whose stack could not be kept, or not be counted */
	STAT_READS_WAITED,     /* reads that were made again, since the page was away for a moment */
	STAT_READS_GIVEN_UP,   /* the same, but it did not come back */
	STATISTICS
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STATISTICS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} statistics SEC(".maps");

#ifndef TEST_WINDOW
static __always_inline void add(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}
#else
/*
 * For a test that holds the counters against being preempted: TEST_WINDOW calls of a helper within an addition leave room
 * for that, and TEST_PLAIN_COUNTERS makes it the plain addition that must be seen to lose calls then.
 */
static __always_inline void add(__u64 *counter)
{
	__u64 value = *(volatile __u64 *)counter;
	int i;

	for (i = 0; i < TEST_WINDOW; i++)
		bpf_get_prandom_u32();
#ifdef TEST_PLAIN_COUNTERS
	*(volatile __u64 *)counter = value + 1;
#else
	(void)value;
	__sync_fetch_and_add(counter, 1);
#endif
}
#endif

static __always_inline void note(__u32 statistic)
{
	__u64 *value = bpf_map_lookup_elem(&statistics, &statistic);

	if (value)
		add(value);
}

static __always_inline int read_user(void *to, __u32 size, __u64 from)
{
	return bpf_probe_read_user(to, size, (const void *)from);
}

/*
 * A read faults as well where the page is there and the kernel moves it just now: khugepaged makes a huge page out of many,
 * or memory is compacted. The program itself would sleep in a page fault until that is done; we may not, so we try again,
 * for about as long as that takes. What is not there at all costs a session no more than READ_GIVE_UPS such waits.
 */
#define READ_TRIES 1024
#define READ_GIVE_UPS 16
#define LOWEST_ADDRESS 4096

__attribute__((noinline)) int page_comes_back(__u64 address)
{
	__u32 statistic = STAT_READS_GIVEN_UP;
	__u64 *given_up = bpf_map_lookup_elem(&statistics, &statistic);
	__u8 byte;
	int i;

	if (address < LOWEST_ADDRESS || !given_up || *given_up >= READ_GIVE_UPS)
		return 0;
	for (i = 0; i < READ_TRIES; i++) {
		if (bpf_probe_read_user(&byte, sizeof(byte), (const void *)address) == 0) {
			note(STAT_READS_WAITED);
			return 1;
		}
	}
	add(given_up);
	return 0;
}

/* For what must be there. */
static __always_inline int read_patiently(void *to, __u32 size, __u64 from)
{
	int failed = read_user(to, size, from);

	if (failed && page_comes_back(from))
		failed = read_user(to, size, from);
	return failed;
}

#include "stack.h"

/* ---- which process, and its counters ---- */

static __always_inline struct counter *life_of(void *mine)
{
	__u32 index = session.slots * session.shards;

	return bpf_map_lookup_elem(mine, &index);
}

static __always_inline __u32 exec_id(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return task->self_exec_id;
}

static __always_inline struct counter *registered(__u32 tgid, __u32 slot)
{
	void *mine = bpf_map_lookup_elem(&counters, &tgid);
	__u32 index = slot;
	struct counter *life;

	if (!mine)
		return 0;
	life = life_of(mine);
	if (!life || (life->calls != ANY_LIFE && life->calls != exec_id() + 1ULL))
		return 0;
	if (session.shards > 1)
		index += (bpf_get_smp_processor_id() % session.shards) * session.slots;
	return bpf_map_lookup_elem(mine, &index);
}

static __always_inline struct counter *unregistered(__u32 tgid, __u32 slot)
{
	struct early_key key = { .tgid = tgid, .slot_life = slot | exec_id() << 24 };
	struct counter zero = {};
	struct counter *counter = bpf_map_lookup_elem(&early, &key);

	if (counter)
		return counter;
	if (bpf_map_update_elem(&early, &key, &zero, BPF_NOEXIST) == 0)
		note(STAT_EARLY);
	return bpf_map_lookup_elem(&early, &key); /* there, whoever of us put it, unless the map is full */
}

static __always_inline __u32 slot_of_generation(__u32 tgid, __u64 identity)
{
	/* Fibonacci hashing: the high bits of a product with 2^64 / phi */
	return ((identity ^ ((__u64)tgid << 32)) * 0x9e3779b97f4a7c15ULL) >> 52;
}

static __always_inline void next_generation(__u32 slot)
{
	__u64 *generation = bpf_map_lookup_elem(&generations, &slot);

	if (generation)
		add(generation);
}

/* The sum of the slot's and everybody's: it changes with either. */
static __always_inline __u64 generation_of(__u32 slot)
{
	__u32 all = GENERATION_OF_ALL;
	volatile __u64 *mine = bpf_map_lookup_elem(&generations, &slot);
	volatile __u64 *everybodys = bpf_map_lookup_elem(&generations, &all);

	return (mine ? *mine : 0) + (everybodys ? *everybodys : 0);
}

static __always_inline void send_process(__u32 kind, __u64 identity)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *leader = task->group_leader;
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		note(STAT_PROCESS_LOST);
		/* Goroutine ids may start again, unseen: no frame of now may pair with what comes. */
		next_generation(GENERATION_OF_ALL);
		return;
	}
	record->time = bpf_ktime_get_ns();
	record->identity = identity;
	record->depth = leader->start_boottime;
	record->segment = task->self_exec_id;
	record->slot_what = NO_SLOT | kind << 24;
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->place = 0;
	record->generation = 0;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

static __always_inline int is_refused(const __u32 *flags)
{
	return *flags & TRACKED_REFUSED;
}

/* Does a process that is not registered count? The link's own filter is not relied on: it is unsound before 6.10. */
static __always_inline int admitted(__u32 tgid)
{
	__u32 *known = bpf_map_lookup_elem(&tracked, &tgid);
	__u32 flags = 0;

	if (known)
		return !is_refused(known);
	if (!session.any_process)
		return 0;
	if (bpf_map_update_elem(&tracked, &tgid, &flags, BPF_NOEXIST) == 0)
		send_process(KIND_PROCESS_SEEN, 0);
	return 1;
}

/* ---- which goroutine, which frame ---- */

struct frame {
	__u64 identity;
	__u64 depth;
	__u64 segment;
	__u32 flags;
};

static __always_inline int read_g(struct pt_regs *ctx, __u64 cookie, const volatile struct layout *layout, __u64 *g)
{
	struct task_struct *task;
	__u64 argument, c_argument;

	switch (COOKIE_SOURCE(cookie)) {
	case SOURCE_REGISTER:
		*g = GOROUTINE_REGISTER(ctx);
		return 0;
	case SOURCE_ARGUMENT:
		/* Two reads that stay two: of one at a chosen offset the verifier says "dereference of modified ctx ptr". */
		argument = ARGUMENT_REGISTER(ctx);
		c_argument = C_ARGUMENT_REGISTER(ctx);
		barrier_var(argument);
		barrier_var(c_argument);
		*g = layout->segmented ? c_argument : argument;
		return 0;
	case SOURCE_STACK_ARGUMENT:
		return read_patiently(g, sizeof(*g), STACK_POINTER(ctx) + COOKIE_SP_DELTA(cookie) + 8);
	default:
		/* Zero is never an offset of g: the word there is the thread's own. It stands for "not known". */
		if (!layout->goroutine_tls_offset)
			return -1;
		task = bpf_get_current_task_btf();
		return read_patiently(g, sizeof(*g), THREAD_POINTER(task) + layout->goroutine_tls_offset);
	}
}

#if defined(__TARGET_ARCH_x86)
/*
 * The body of a function that needed a new segment returns into __morestack, which goes back to the old one: there the
 * key of the frame, SP at the call, is rbp + 16. The call in __morestack is recognised by the code around it, which
 * holds wherever the image is loaded.
 */
static __always_inline __u64 segmented_key(struct pt_regs *ctx, const volatile struct layout *layout, __u64 sp)
{
	__u64 code[2];
	__u64 back;

	if (read_patiently(&back, sizeof(back), sp) || (back & 0xfff) != layout->morestack_low_bits)
		return sp;
	if (read_user(code, sizeof(code), back - SIGNATURE_BEFORE))
		return sp;
	return code[0] == layout->morestack_code[0] && code[1] == layout->morestack_code[1] ? ctx->bp + 16 : sp;
}

static __always_inline __u64 segment_limit(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 limit = 0;

	if (read_patiently(&limit, sizeof(limit), THREAD_POINTER(task) + SEGMENT_LIMIT_OFFSET))
		return 0;
	return limit;
}

/*
 * A signal handler on the signal stack runs with the limit of the goroutine that it interrupted, on no segment of it. A
 * segment is mapped memory with a header (struct stack_segment in libgcc/generic-morestack.c), and its limit lies less
 * than a page above it (BACKOFF in libgcc/config/i386/morestack.S: 0xe00). The stack that a thread began with has none,
 * and is taken as it is.
 */
static __always_inline int is_off_segment(__u64 limit, __u64 sp)
{
	__u64 segment = limit & ~(SEGMENT_PAGE - 1ULL);
	__u64 size;

	if (read_user(&size, sizeof(size), segment + SEGMENT_SIZE_OFFSET))
		return 0;
	if (!size || (size + SEGMENT_HEADER) % SEGMENT_PAGE || size > SEGMENT_MOST)
		return 0;
	return sp < segment || sp >= segment + SEGMENT_HEADER + size;
}
#endif

/* `sp` is SP at the instruction. */
static __always_inline void find_frame(struct pt_regs *ctx, __u64 cookie, __u64 sp, __u32 tid, struct frame *frame)
{
	const volatile struct layout *layout = &session.layouts[COOKIE_LAYOUT(cookie) & (MAX_LAYOUTS - 1)];
	__u32 kind = COOKIE_KIND(cookie);
	__u64 stack[2];
	__u64 goid;
	__u64 g;

	sp += COOKIE_SP_DELTA(cookie); /* SP at the call */
	frame->segment = 0;
	frame->flags = layout->segmented ? WHAT_SEGMENTED : 0;
	frame->depth = 0 - sp; /* off the stack: deeper is greater all the same */
	if (read_g(ctx, cookie, layout, &g) || read_patiently(&goid, sizeof(goid), g + layout->goid_offset))
		goto no_identity;
	if (goid) {
		frame->identity = goid;
	} else {
		frame->identity = g;
		frame->flags |= WHAT_SYSTEM_STACK;
	}
	if (kind == KIND_GOROUTINE_END) { /* about another goroutine than the one that runs: no frame */
		frame->depth = 0;
		return;
	}
#if defined(__TARGET_ARCH_x86)
	if (layout->segmented) {
		frame->depth = kind == KIND_RETURN || kind == KIND_TAIL ? segmented_key(ctx, layout, sp) : sp;
		frame->segment = segment_limit();
		if (!is_off_segment(frame->segment, sp))
			return;
		frame->depth = 0 - sp;
		frame->segment = 0;
		goto off_stack;
	}
#endif
	if (read_patiently(stack, sizeof(stack), g + layout->stack_lo_offset))
		goto no_identity;
	if (sp < stack[0] || sp >= stack[1])
		goto off_stack;
	frame->depth = stack[1] - sp;
	return;

off_stack:
	frame->identity = tid;
	frame->flags = WHAT_OFF_STACK;
	note(STAT_OFF_STACK);
	return;

no_identity:
	frame->identity = tid;
	frame->flags = WHAT_NO_IDENTITY;
	note(STAT_NO_IDENTITY);
}

/* ---- open frames, for the markers ---- */

static __always_inline int has_no_goroutine(const struct frame *frame)
{
	return frame->flags & (WHAT_OFF_STACK | WHAT_NO_IDENTITY);
}

static __always_inline void frame_opened(__u32 tgid, const struct frame *frame)
{
	struct goroutine_key key = { .goid = frame->identity, .tgid = tgid };
	__u64 depth = frame->flags & WHAT_SEGMENTED ? 0 : frame->depth; /* segments have no order: keep it open */
	__u64 *outer;

	if (!session.markers || has_no_goroutine(frame))
		return;
	outer = bpf_map_lookup_elem(&outermost, &key);
	if (outer) {
		if (depth < *outer)
			*outer = depth;
	} else if (bpf_map_update_elem(&outermost, &key, &depth, BPF_ANY)) {
		note(STAT_OUTERMOST_FULL);
	}
}

static __always_inline void frames_closed(__u32 tgid, const struct frame *frame)
{
	struct goroutine_key key = { .goid = frame->identity, .tgid = tgid };
	__u64 *outer;

	if (!session.markers || has_no_goroutine(frame))
		return;
	outer = bpf_map_lookup_elem(&outermost, &key);
	if (!outer || frame->depth > *outer || frame->flags & WHAT_SEGMENTED)
		return;
	if (shared.ends_unmarked) /* nobody else would */
		bpf_map_delete_elem(&outermost, &key);
	else
		*outer = NO_FRAME;
}

static __always_inline int has_open_frames(__u32 tgid, const struct frame *frame)
{
	struct goroutine_key key = { .goid = frame->identity, .tgid = tgid };
	__u32 full = STAT_OUTERMOST_FULL;
	__u64 *outer = bpf_map_lookup_elem(&outermost, &key);

	if (outer)
		return *outer != NO_FRAME;
	outer = bpf_map_lookup_elem(&statistics, &full);
	return outer && *outer;
}

/* ---- sending ---- */

/* Returns 0, or 1 when there is no room: then the loss is marked. */
static __always_inline int send(__u64 cookie, __u64 time, __u32 tgid, __u32 tid, const struct frame *frame)
{
	__u32 slot = slot_of_generation(tgid, frame->identity);
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		next_generation(slot);
		note(STAT_LOST);
		return 1;
	}
	record->identity = frame->identity;
	record->depth = frame->depth;
	record->segment = frame->segment;
	record->slot_what = COOKIE_SLOT(cookie) | (COOKIE_KIND(cookie) | frame->flags) << 24;
	record->tgid = tgid;
	record->tid = tid;
	record->place = COOKIE_PLACE(cookie);
	record->generation = generation_of(slot);
	/* An entry's time is taken last and a return's first, so that our own work stays outside of the call. */
	record->time = time ? time : bpf_ktime_get_ns();
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline void count_lost(__u32 tgid, __u32 slot)
{
	struct counter *counter = registered(tgid, slot);

	if (!counter)
		counter = unregistered(tgid, slot);
	if (counter)
		add(&counter->lost);
}

/* ---- modes ---- */

static __always_inline __u32 mode_of(__u64 cookie)
{
	__u32 slot = COOKIE_SLOT(cookie);
	volatile __u32 *mode;

	if (!session.adjustable)
		return 0;
	mode = bpf_map_lookup_elem(&modes, &slot);
	return mode ? *mode : 0;
}

/*
 * Was this hit handled by the other link at the place? The kernel runs the programs of a place one after the other, the
 * one that came last first (consumer_add() in kernel/events/uprobes.c), in the thread that hit it: so the newer link
 * handles a hit and leaves a note, and the older one handles what it finds no note of. Once each, whenever links come
 * and go: a note that is left over is of an epoch that does not come again, or its place was hit anew.
 */
static __always_inline int was_handled(__u64 cookie, __u32 mode)
{
	struct handled_hit hit = { .place = COOKIE_WITHOUT_SIDE(cookie), .epoch = MODE_EPOCH(mode) };
	__u32 thread = bpf_get_current_pid_tgid();
	struct handled_hit *seen;

	if (!(mode & MODE_HANDOVER))
		return 0;
	if (COOKIE_SIDE(cookie) == !!(mode & MODE_NEWER_SIDE)) {
		bpf_map_update_elem(&handled_hits, &thread, &hit, BPF_ANY);
		return 0;
	}
	seen = bpf_map_lookup_elem(&handled_hits, &thread);
	if (!seen || seen->place != hit.place || seen->epoch != hit.epoch)
		return 0;
	bpf_map_delete_elem(&handled_hits, &thread);
	return 1;
}

/* ---- the programs at the probes ---- */

/* Whether hits count. */
static __always_inline int is_active(int ended)
{
	struct hits *mine;

	if (!shared.active)
		return 0;
	if (session.adjustable) {
		mine = (struct hits *)&shared.hits[bpf_get_smp_processor_id() & (HIT_LINES - 1)];
		add(ended ? &mine->returns : &mine->entries);
	}
	return 1;
}

/* Counts a call. Returns 0 if it is none of ours, or none at all. */
static __always_inline int count_call(struct pt_regs *ctx, __u64 cookie, __u32 mode, __u32 tgid)
{
	struct counter *counter;

	if (!is_active(0) || (COOKIE_FLAG_FILTER(cookie) && STACK_CHECK_FAILED(ctx)) || was_handled(cookie, mode))
		return 0;
	counter = registered(tgid, COOKIE_SLOT(cookie));
	if (!counter) {
		if (!admitted(tgid))
			return 0;
		counter = unregistered(tgid, COOKIE_SLOT(cookie));
		if (!counter) {
			note(STAT_UNCOUNTED);
			return 1;
		}
	}
	add(&counter->calls);
	return 1;
}

/*
 * From Linux 6.13 on, a kprobe program with 64 bytes of stack or more gets a "private stack": one for each CPU, and one
 * program at a time on it (bpf_enable_priv_stack() in kernel/bpf/verifier.c). That holds for kprobes, which no other task
 * interrupts; a program at a uprobe is preempted where the kernel is (7.x by default), and the next task at a probe on
 * that CPU overwrites its stack. Seen on 7.2.13: wrong records, a `ret` carried out with another goroutine's registers,
 * a kernel oops in on_entry (a null pointer, read back from a slot at r9, the private stack's pointer). Programs that may
 * tail-call are left on the task's own stack, so each says that it may; the verifier knows that it never does, and removes
 * it. Java's PrivateStack looks at the machine code, and refuses where this should ever not be enough: docs/returns.md.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} nothing SEC(".maps");

static __always_inline void keep_own_stack(void *ctx)
{
	if (session.shards == 0)
		bpf_tail_call(ctx, &nothing, 0);
}

/* A call began, and only its number is wanted. */
SEC("uprobe/count")
int on_count(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);

	keep_own_stack(ctx);
	count_call(ctx, cookie, mode_of(cookie), bpf_get_current_pid_tgid() >> 32);
	return 0;
}

/* Keeps the stack if it is new, and counts it. */
static __always_inline void count_stack(struct pt_regs *ctx, __u64 cookie, __u32 tgid)
{
	const volatile struct layout *layout = &session.layouts[COOKIE_LAYOUT(cookie) & (MAX_LAYOUTS - 1)];
	struct stack_key key = { .tgid = tgid, .slot_life = COOKIE_SLOT(cookie) | exec_id() << 24 };
	struct walk *walk = claim_walk();
	__u64 *count;
	__u64 zero = 0;

	if (walk) {
		key.stack = walk_stack(ctx, STACK_POINTER(ctx) + COOKIE_SP_DELTA(cookie), !layout->segmented, &walk->stack);
		if (!bpf_map_lookup_elem(&stacks, &key.stack)
		    && bpf_map_update_elem(&stacks, &key.stack, &walk->stack, BPF_NOEXIST)
		    && !bpf_map_lookup_elem(&stacks, &key.stack))
			key.stack = 0;
		release_walk(walk);
	}
	count = bpf_map_lookup_elem(&stack_counts, &key);
	if (!count) {
		bpf_map_update_elem(&stack_counts, &key, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&stack_counts, &key);
	}
	if (count)
		add(count);
	if (!count || !key.stack)
		note(STAT_STACKS_FULL);
}

/* A call began: its number is wanted, and by which way it came. Loaded only where stacks are wanted. */
SEC("?uprobe/count_stack")
int on_count_stack(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	keep_own_stack(ctx);
	if (count_call(ctx, cookie, 0, tgid))
		count_stack(ctx, cookie, tgid);
	return 0;
}

/* A call began. */
SEC("uprobe/entry")
int on_entry(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u64 task = bpf_get_current_pid_tgid();
	__u32 tgid = task >> 32;
	__u32 mode = mode_of(cookie);
	struct frame frame;

	keep_own_stack(ctx);
	if (!count_call(ctx, cookie, mode, tgid) || (mode & MODE_NO_ENTRIES))
		return 0;
	find_frame(ctx, cookie, STACK_POINTER(ctx), (__u32)task, &frame);
	frame_opened(tgid, &frame);
	if (send(cookie, 0, tgid, (__u32)task, &frame))
		count_lost(tgid, COOKIE_SLOT(cookie));
	return 0;
}

/* `sp` is SP at the instruction that ends it. */
static __always_inline void call_ended(struct pt_regs *ctx, __u64 cookie, __u32 mode, __u64 time, __u64 sp)
{
	__u64 task = bpf_get_current_pid_tgid();
	__u32 tgid = task >> 32;
	struct frame frame;

	keep_own_stack(ctx);
	if (!is_active(1) || (mode & MODE_NO_RETURNS) || (!bpf_map_lookup_elem(&counters, &tgid) && !admitted(tgid)))
		return;
	find_frame(ctx, cookie, sp, (__u32)task, &frame);
	frames_closed(tgid, &frame);
	if (send(cookie, time, tgid, (__u32)task, &frame))
		count_lost(tgid, COOKIE_SLOT(cookie));
}

/*
 * Where programs may write registers, several collectors at one `ret` must agree that one of them carries it out: twice
 * would pop two frames, and the traced program dies. They cannot talk to each other, so each looks at what it finds.
 * bpf_get_func_ip() is of no use for that: at a uprobe_multi link it is ip as the program finds it, moved or not.
 *
 *                               before       after
 *   ip                          the place    the return address
 *   the word at SP              the return address   (the caller's)
 *   the word below SP           anything     the return address: a `ret` leaves it where it was
 */
enum ret {
	RET_UNTOUCHED,   /* ip is the place, by its low 12 bits and its breakpoint, and the word below SP is another one */
	RET_CARRIED_OUT, /* ip is what lies below SP */
	RET_UNCLEAR,     /* also: both, where a `ret` is right behind a call. It is left to the kernel, which knows */
};

#if defined(__TARGET_ARCH_x86)
#define BREAKPOINT 0xcc /* int3 */

static __always_inline enum ret find_ret(struct pt_regs *ctx, __u64 cookie, __u64 *target)
{
	__u64 ip = ctx->ip;
	__u64 words[2];
	__u8 code;

	if (!session.registers_writable || COOKIE_KIND(cookie) != KIND_RETURN
	    || read_patiently(words, sizeof(words), ctx->sp - sizeof(*words)))
		return RET_UNCLEAR;
	*target = words[1];
	if ((ip & 0xfff) != COOKIE_PLACE(cookie))
		return words[0] == ip ? RET_CARRIED_OUT : RET_UNCLEAR;
	if (read_user(&code, sizeof(code), ip))
		return RET_UNCLEAR;
	if (code == BREAKPOINT)
		return words[0] == ip ? RET_UNCLEAR : RET_UNTOUCHED;
	return words[0] == ip ? RET_CARRIED_OUT : RET_UNCLEAR;
}
#else
static __always_inline enum ret find_ret(struct pt_regs *ctx, __u64 cookie, __u64 *target)
{
	(void)ctx;
	(void)cookie;
	*target = 0;
	return RET_UNCLEAR; /* nobody carries it out there */
}
#endif

static __always_inline __u64 stack_pointer_at(struct pt_regs *ctx, enum ret found)
{
	return STACK_POINTER(ctx) - (found == RET_CARRIED_OUT ? sizeof(__u64) : 0);
}

/* A call ended; the kernel single-steps the `ret`. */
SEC("uprobe/return")
int on_return(struct pt_regs *ctx)
{
	__u64 time = bpf_ktime_get_ns();
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 mode = mode_of(cookie);
	__u64 target;

	if (!was_handled(cookie, mode))
		call_ended(ctx, cookie, mode, time, stack_pointer_at(ctx, find_ret(ctx, cookie, &target)));
	return 0;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline int has_shadow_stack(void)
{
	struct task_struct___shadow_stack *task = (void *)bpf_get_current_task();

	if (!bpf_core_field_exists(task->thread.features))
		return 0;
	return BPF_CORE_READ(task, thread.features) & SHADOW_STACK_ON;
}

/*
 * A call ended, and the `ret` is carried out here, so that the kernel need not single-step it: it does not when a program
 * has moved ip. Loaded only where the verifier allows that (from about 6.19 on uprobe programs may write registers).
 * With a shadow stack the processor would fault at the next real `ret`.
 */
SEC("?uprobe/return_executing")
int on_return_executing(struct pt_regs *ctx)
{
	__u64 time = bpf_ktime_get_ns();
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 mode = mode_of(cookie);
	__u64 target;
	enum ret found = find_ret(ctx, cookie, &target);

	if (was_handled(cookie, mode)) /* and carried out, where that could be */
		return 0;
	call_ended(ctx, cookie, mode, time, stack_pointer_at(ctx, found));
	if (!COOKIE_EXECUTE_RET(cookie))
		return 0;
	if (found != RET_UNTOUCHED || has_shadow_stack()) {
		note(STAT_RET_DECLINED);
		return 0;
	}
	ctx->sp += sizeof(target);
	ctx->ip = target;
	note(STAT_RET_EXECUTED);
	return 0;
}
#endif

static __always_inline void count_end(void *mine)
{
	struct counter *end = life_of(mine);

	if (end)
		add(&end->lost);
}

/*
 * Something in the runtime that explains how frames end; nobody asks where no frame is open. Where ends are not marked, a
 * Goexit stands for the end: none of the goroutine's frames returns any more, and what is deferred opens its own.
 */
SEC("uprobe/marker")
int on_marker(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u64 task = bpf_get_current_pid_tgid();
	__u32 tgid = task >> 32;
	struct goroutine_key key = { .tgid = tgid };
	__u32 kind = COOKIE_KIND(cookie);
	int ends = kind == KIND_GOROUTINE_END || (kind == KIND_GOEXIT && shared.ends_unmarked);
	struct frame frame;
	__u32 *flags;
	void *mine;

	keep_own_stack(ctx);
	if (!is_active(0) || (COOKIE_FLAG_FILTER(cookie) && STACK_CHECK_FAILED(ctx)))
		return 0;
	flags = bpf_map_lookup_elem(&tracked, &tgid);
	mine = bpf_map_lookup_elem(&counters, &tgid);
	if (flags ? is_refused(flags) : !mine)
		return 0;
	if (mine && kind == KIND_GOROUTINE_END)
		count_end(mine);
	find_frame(ctx, cookie, STACK_POINTER(ctx), (__u32)task, &frame);
	if (has_no_goroutine(&frame))
		return 0;
	if (has_open_frames(tgid, &frame)) {
		send(cookie, 0, tgid, (__u32)task, &frame);
		if (ends && kind != KIND_GOROUTINE_END)
			send(COOKIE_OF_KIND(cookie, KIND_GOROUTINE_END), 0, tgid, (__u32)task, &frame);
	}
	key.goid = frame.identity;
	if (ends)
		bpf_map_delete_elem(&outermost, &key);
	else if (kind == KIND_DEFER_RETURN)
		frames_closed(tgid, &frame);
	return 0;
}

/* ---- processes ---- */

/* Raw tracepoints, by BTF: they need no tracefs. */

/* The counters of a process are for no other life than that which now ends. */
static __always_inline void end_life(__u32 tgid, __u64 last)
{
	void *mine = bpf_map_lookup_elem(&counters, &tgid);
	struct counter *life = mine ? life_of(mine) : 0;

	if (life && (life->calls == ANY_LIFE || last == NO_LIFE))
		life->calls = last;
}

SEC("tp_btf/sched_process_fork")
int on_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0];
	struct task_struct *child = (void *)ctx[1];
	__u32 from = parent->tgid;
	__u32 to = child->tgid;
	__u32 *flags;
	__u32 mine;

	if (from == to) /* a new thread */
		return 0;
	flags = bpf_map_lookup_elem(&tracked, &from);
	if (!flags || !(*flags & TRACKED_CHILDREN))
		return 0;
	mine = *flags;
	bpf_map_update_elem(&tracked, &to, &mine, BPF_ANY);
	send_process(KIND_PROCESS_FORK, to);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = task->tgid;
	__u32 *flags = bpf_map_lookup_elem(&tracked, &tgid);

	if (!flags)
		return 0;
	if (is_refused(flags)) { /* another program: it is judged anew when it hits */
		bpf_map_delete_elem(&tracked, &tgid);
		return 0;
	}
	end_life(tgid, task->self_exec_id); /* the id of the life before is one less: bprm adds one at each exec */
	send_process(KIND_PROCESS_EXEC, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = task->tgid;
	struct signal_struct *signal = task->signal;

	if (signal->live.counter) /* other threads go on */
		return 0;
	/* Threads that exit at the same time may all see 0: the one that removes it speaks for the process. */
	if (bpf_map_delete_elem(&tracked, &tgid) == 0) {
		end_life(tgid, NO_LIFE); /* the tgid may be given to another process before anybody unregisters it */
		send_process(KIND_PROCESS_EXIT, (__u32)task->exit_code);
	}
	return 0;
}
