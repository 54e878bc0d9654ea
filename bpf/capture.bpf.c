// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The program of `trace`: captures the values that a recipe asks for (capture.h). What the program does at a probe is
 * interpreted, since it differs from function to function and the verifier takes its time.
 *
 * These programs are preempted, and those that may fault pages in even sleep: nothing is kept per CPU, and no function has
 * 64 bytes of stack (from Linux 6.13 on that stack would be one for each CPU; goroscope.bpf.c tells what comes of it).
 * The machine's slots belong to the task; a record is built in the ring.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "kernel.h"
#include "cookie.h"

#define LAYOUTS 8

struct capture_session {
	__u32 sleepable;   /* 1: loaded as a sleepable program */
	__u32 any_process;
	__u32 sample;      /* one in so many goroutines, at least 1 */
	__u32 most;        /* bytes of a string or slice, at most CHUNK_BYTES */
	__u32 reach;       /* how far pointers in interfaces are followed */
	__u32 type_bytes;  /* of a runtime type's common part: 48 for gc, 64 for gccgo */
	__u32 field_bytes; /* of one field's entry in a struct's type; its type and offset are its last two words */
	__u32 offset_shift; /* 1: the offset in it is shifted left by one (to Go 1.18, and gccgo) */
	__u32 itab_type;   /* where an interface's method table has its type: 8, or 0 for gccgo */
	__u32 frames;      /* most frames of a stack */
	struct go_how_words {
		__s64 tls_offset;
		__u32 goid_offset;
		__u32 segmented;
	} how[2 * LAYOUTS]; /* by layout, and whether g is in thread-local storage */
};

const volatile struct capture_session session = { .sample = 1 };

#define GO_SLEEPABLE (session.sleepable)
#include "go.bpf.h"
#include "capture.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define STEPS 512
#define VECTOR_WORDS 32
#define ITEMS 16
#define FRAMES 64

/* Room for chunks. The last may begin right before the end of the room, and so reach over it. */
#ifndef ROOM
#define ROOM 4096
#endif
#define CHUNK_BYTES 2048
#define DATA_BYTES (ROOM + sizeof(struct chunk) + CHUNK_BYTES)

struct item {
	__u64 type;
	__u64 data;     /* address of the value, or for WALK_DIRECT the word itself */
	__u32 what;
	__u32 field;
	__u32 depth;
	__u32 left;
};

enum { WALK_VALUE, WALK_DIRECT, WALK_FIELDS, WALK_ELEMENTS };

struct machine {
	__u64 slots[SLOTS];
	__u64 type[12];  /* the type that is being walked */
	__u64 words[4];
	__u64 vectors[VECTOR_WORDS];
	__u64 seen_types[4];
	__u32 seen;
	__u32 has_vectors;
	struct tally_key key;
	struct item items[ITEMS];
	__u32 item_count;
	__u32 pc;
	__u32 most;
	__u32 verdict;
	__u32 number;
	__u32 flags;
	__u32 entry;
	__u64 time;
	struct probe probe;
};

enum { VERDICT_NONE, VERDICT_ACCEPT, VERDICT_REJECT };

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct machine);
} machines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe);
} probes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct op);
} code SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct text);
} texts SEC(".maps");

/* For each processor a ring whose only use is to wake the thread of ours that waits there: see fetch_vectors. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_RINGBUF);
		__uint(max_entries, 65536);
	});
} wakers SEC(".maps");

/* The processes whose hits count, and whether their children are to be too. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, __u32);
} tracked SEC(".maps");

/* Calls that passed their filter, for their returns. A call that panicked stays until others push it out. */
struct call_key {
	__u64 identity;
	__u64 depth;
	__u32 tgid;
	__u32 probe;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct call_key);
	__type(value, __u64);
} calls SEC(".maps");

struct histogram_key {
	__u32 probe;
	__u32 row; /* 0: zero and less; n: 2^(n-1) to 2^n - 1 */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct histogram_key);
	__type(value, __u64);
} histograms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct tally_key);
	__type(value, __u64);
} tallies SEC(".maps");

/* The order is that of Java's CaptureStatistic. */
enum statistic {
	STAT_HITS,     /* of the processes that are traced */
	STAT_SENT,     /* records */
	STAT_REJECTED, /* by a filter, or by sampling, or since their entry was */
	STAT_LOST,     /* records that found no room */
	STAT_FAULTS,   /* stretches of memory that could not be read */
	STAT_TALLIES_FULL,
	STATISTICS
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STATISTICS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} statistics SEC(".maps");

struct record {
	struct capture head;
	__u8 data[DATA_BYTES];
};

/* What a step of the machine needs; on the stack of the program, which is the task's own. */
struct run {
	struct machine *machine;
	struct record *record; /* null while a filter runs, and for what only counts */
};

static __always_inline void note(__u32 statistic)
{
	__u64 *value = bpf_map_lookup_elem(&statistics, &statistic);

	if (value)
		__sync_fetch_and_add(value, 1);
}

/* ---- chunks ---- */

static __noinline int copy(struct record *record, __u64 address, __u64 wanted, __u32 most)
{
	__u32 length = wanted < most ? wanted : most;
	struct chunk *chunk;
	__u32 used;

	if (!record)
		return 0;
	used = record->head.used;
	if (used > ROOM) {
		record->head.flags |= CAPTURE_FULL;
		return 0;
	}
	if (length > CHUNK_BYTES)
		length = CHUNK_BYTES;
	chunk = (struct chunk *)(record->data + used);
	chunk->address = address;
	chunk->length = length;
	chunk->flags = length < wanted ? CHUNK_CUT : 0;
	if (length && go_read(chunk->bytes, length, address)) {
		chunk->length = 0;
		chunk->flags = CHUNK_FAULT;
		length = 0;
		note(STAT_FAULTS);
	}
	record->head.used = used + sizeof(*chunk) + ((length + 7) & ~7u);
	return 0;
}

/* ---- vector registers ---- */

#if defined(__TARGET_ARCH_x86)

static __always_inline __u64 switches(struct task_struct *task)
{
	return BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
}

/* Where the kernel keeps the thread's registers while another one runs. */
static __always_inline __u64 saved_registers(struct task_struct *task)
{
	struct fpu *fpu;

	if (bpf_core_field_exists(((struct task_struct___with_fpu *)0)->thread.fpu))
		fpu = (void *)task + bpf_core_field_offset(struct task_struct___with_fpu, thread)
		      + bpf_core_field_offset(struct thread_struct___with_fpu, fpu);
	else
		fpu = (void *)task + bpf_core_type_size(struct task_struct);
	return (__u64)BPF_CORE_READ(fpu, fpstate);
}

/*
 * The program's vector registers. In the kernel they stay in the processor, where BPF cannot see them, and are written to
 * memory when the thread is switched (switch_fpu in arch/x86/kernel/process_64.c); until it is back in its program, memory
 * has them. So we have it switched: a thread of ours of real-time priority waits on each processor for just that, does
 * nothing, and waits again. Reading memory that is there anyway is a place at which kernels without preemption switch.
 * Whether it came to that tell the thread's own counts of switches; without one there is no value, never an old one.
 */
static __noinline int fetch_vectors(struct machine *m)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 from;
	void *ring;

	m->has_vectors = 0;
	if (!session.sleepable)
		return 0;
	ring = bpf_map_lookup_elem(&wakers, &cpu);
	if (!ring)
		return 0;
	m->words[3] = switches(task);
	bpf_ringbuf_output(ring, &m->words[3], 8, BPF_RB_FORCE_WAKEUP);
	bpf_copy_from_user_task(m->words, 8, (void *)m->slots[REG_SP], task, 0);
	if (switches(task) == m->words[3])
		return 0;
	from = saved_registers(task);
	m->words[0] = 0;
	if (bpf_probe_read_kernel(&m->words[0], 4, (void *)from))
		return 0;
	from += bpf_core_field_offset(struct fpstate, regs);
	m->words[1] = XSTATE_SSE;
	if (m->words[0] > XSTATE_BV_OFFSET && bpf_probe_read_kernel(&m->words[1], 8, (void *)(from + XSTATE_BV_OFFSET)))
		return 0;
	if (bpf_probe_read_kernel(m->vectors, sizeof(m->vectors), (void *)(from + XMM_OFFSET)))
		return 0;
	/* Registers that are all zero are not written (Intel SDM 1, 13.6). */
	if (!(m->words[1] & XSTATE_SSE)) {
#pragma unroll
		for (int i = 0; i < VECTOR_WORDS; i++)
			m->vectors[i] = 0;
	}
	m->has_vectors = 1;
	return 0;
}

#else

static __always_inline int fetch_vectors(struct machine *m)
{
	m->has_vectors = 0;
	return 0;
}

#endif

static __always_inline void add_vectors(struct record *record, struct machine *m)
{
	struct chunk *chunk = (struct chunk *)record->data;

	if (!m->has_vectors)
		return;
	chunk->address = 0;
	chunk->length = sizeof(m->vectors);
	chunk->flags = CHUNK_VECTORS;
#pragma unroll
	for (int i = 0; i < VECTOR_WORDS; i++)
		((__u64 *)chunk->bytes)[i] = m->vectors[i];
	record->head.used = sizeof(*chunk) + sizeof(m->vectors);
}

/* ---- walking values whose type is known only now: by the runtime's own type data (internal/abi/type.go) ---- */

enum kind {
	KIND_ARRAY = 17, KIND_CHAN = 18, KIND_FUNC = 19, KIND_INTERFACE = 20, KIND_MAP = 21, KIND_POINTER = 22,
	KIND_SLICE = 23, KIND_STRING = 24, KIND_STRUCT = 25, KIND_UNSAFE_POINTER = 26,
};

#define KIND_MASK 31
#define DIRECT 32 /* in the kind up to Go 1.25, in tflag from 1.26: the value is in the interface's data word */

static __always_inline void push(struct machine *m, __u64 type, __u64 data, __u32 what, __u32 depth, __u32 left)
{
	__u32 count = m->item_count;
	struct item *item;

	if (count >= ITEMS)
		return;
	item = &m->items[count];
	item->type = type;
	item->data = data;
	item->what = what;
	item->field = 0;
	item->depth = depth;
	item->left = left;
	m->item_count = count + 1;
}

/* Word of the type at `index` words behind the common part. */
#define AFTER(m, index) (session.type_bytes == 64 ? (m)->type[8 + (index)] : (m)->type[6 + (index)])

static __always_inline void walk_interface(struct machine *m, __u64 type_word, __u64 data, __u32 depth)
{
	if (type_word)
		push(m, type_word, data, WALK_DIRECT, depth, 0);
}

/* A string that a type points to. */
static __noinline int copy_name(struct run *run, __u64 header)
{
	struct machine *m = run->machine;

	copy(run->record, header, 16, 16);
	if (go_read(&m->words[2], 16, header))
		return 0;
	return copy(run->record, m->words[2], m->words[3], 64);
}

static __noinline int copy_type(struct run *run, __u64 type);

static __always_inline int walk_fields(struct run *run, struct item *item)
{
	struct machine *m = run->machine;
	__u64 type = item->type, data = item->data; /* of a struct's fields: address of the entry, and of the struct */
	__u32 depth = item->depth;
	__u64 offset;
	__u8 kind;

	if (!item->left || item->field >= 16)
		return 0;
	item->left--;
	item->field++;
	item->type = type + session.field_bytes;
	m->item_count++; /* it stays, for the next field */
	if (go_read(m->words, 16, type + session.field_bytes - 16))
		return 0;
	offset = m->words[1] >> session.offset_shift;
	if (session.type_bytes == 64 && !go_read(&m->words[2], 8, type)) {
		copy_name(run, m->words[2]);
		copy_type(run, m->words[0]);
	}
	if (go_read(&m->words[2], 8, m->words[0] + 16))
		return 0;
	kind = (m->words[2] >> 56) & KIND_MASK;
	if (kind == KIND_STRING || kind == KIND_SLICE || kind == KIND_INTERFACE || kind == KIND_STRUCT
	    || (kind == KIND_POINTER && depth < session.reach) || kind == KIND_MAP || kind == KIND_CHAN)
		push(m, m->words[0], data + offset, WALK_VALUE, depth, 0);
	return 0;
}

static __always_inline int walk_elements(struct run *run, struct item *item)
{
	struct machine *m = run->machine;
	__u64 type = item->type, data = item->data;
	__u32 depth = item->depth;

	if (!item->left)
		return 0;
	item->left--;
	if (go_read(m->words, 8, type))
		return 0;
	item->data = data + m->words[0];
	m->item_count++;
	push(m, type, data, WALK_VALUE, depth, 0);
	return 0;
}

/* A type of gccgo, which may be in another file than the probe: with its name, so that nobody has to look for it there. */
static __noinline int copy_type(struct run *run, __u64 type)
{
	struct machine *m = run->machine;

	if (session.type_bytes != 64 || m->seen_types[0] == type || m->seen_types[1] == type || m->seen_types[2] == type
	    || m->seen_types[3] == type)
		return 0;
	m->seen_types[m->seen++ & 3] = type;
	copy(run->record, type, 88, 88);
	if (go_read(&m->words[3], 8, type + 40))
		return 0;
	return copy_name(run, m->words[3]);
}

/* One value. Its own bytes are copied unless they were, as part of what it lies in: copying them again does no harm. */
static __noinline int walk_value(struct run *run, struct item *item)
{
	struct machine *m = run->machine;
	__u64 data = item->data;
	__u32 depth = item->depth;
	__u32 direct;
	__u32 kind;

	if (go_read(m->type, sizeof(m->type) - 8, item->type))
		return 0;
	copy_type(run, item->type);
	kind = (m->type[2] >> 56) & KIND_MASK;
	direct = item->what == WALK_DIRECT
		 && (kind == KIND_POINTER || kind == KIND_MAP || kind == KIND_CHAN || kind == KIND_FUNC
		     || kind == KIND_UNSAFE_POINTER || (m->type[2] >> 56 & DIRECT) || (m->type[2] >> 32 & DIRECT));
	switch (kind) {
	case KIND_STRING:
		copy(run->record, data, 16, 16);
		if (go_read(m->words, 16, data) == 0)
			copy(run->record, m->words[0], m->words[1], m->most);
		return 0;
	case KIND_SLICE:
		copy(run->record, data, 24, 24);
		if (go_read(m->words, 16, data) || go_read(&m->words[2], 8, AFTER(m, 0)))
			return 0;
		copy(run->record, m->words[0], m->words[1] * m->words[2], m->most);
		push(m, AFTER(m, 0), m->words[0], WALK_ELEMENTS, depth, m->words[1] < 8 ? m->words[1] : 8);
		return 0;
	case KIND_INTERFACE:
		copy(run->record, data, 16, 16);
		if (go_read(m->words, 16, data) || !m->words[0])
			return 0;
		/* methods: a slice behind the package's name (gc), or at once (gccgo) */
		if (session.type_bytes == 64 ? m->type[9] : m->type[8]) {
			copy(run->record, m->words[0] + session.itab_type, 8, 8);
			if (go_read(m->words, 8, m->words[0] + session.itab_type))
				return 0;
		}
		walk_interface(m, m->words[0], m->words[1], depth + 1);
		return 0;
	case KIND_POINTER:
	case KIND_MAP:
	case KIND_CHAN:
	case KIND_FUNC:
		if (!direct) {
			copy(run->record, data, 8, 8);
			if (go_read(m->words, 8, data))
				return 0;
			data = m->words[0];
		}
		if (!data)
			return 0;
		if (kind != KIND_POINTER)
			copy(run->record, data, 8, 8);
		else if (depth < session.reach)
			push(m, AFTER(m, 0), data, WALK_VALUE, depth + 1, 0);
		return 0;
	case KIND_STRUCT:
		if (direct)
			return 0;
		copy(run->record, data, m->type[0], CHUNK_BYTES);
		if (session.type_bytes == 64) {
			copy(run->record, m->type[8], m->type[9] * 32, 512);
			push(m, m->type[8], data, WALK_FIELDS, depth, m->type[9]);
		} else {
			push(m, m->type[7], data, WALK_FIELDS, depth, m->type[8]);
		}
		return 0;
	case KIND_ARRAY:
		if (!direct) {
			copy(run->record, data, m->type[0], CHUNK_BYTES);
			push(m, AFTER(m, 0), data, WALK_ELEMENTS, depth, AFTER(m, 2) < 8 ? AFTER(m, 2) : 8);
		}
		return 0;
	default:
		if (!direct)
			copy(run->record, data, m->type[0], 16);
		return 0;
	}
}

static __always_inline void walk(struct run *run)
{
	struct machine *m = run->machine;
	__u32 top = m->item_count - 1;
	struct item *item;

	if (top >= ITEMS) {
		m->item_count = 0;
		return;
	}
	m->item_count = top;
	item = &m->items[top];
	if (item->what == WALK_FIELDS)
		walk_fields(run, item);
	else if (item->what == WALK_ELEMENTS)
		walk_elements(run, item);
	else
		walk_value(run, item);
}

/* ---- instructions ---- */

static __always_inline __u64 *slot(struct machine *m, __u32 number)
{
	return &m->slots[number & (SLOTS - 1)];
}

static __always_inline __u64 extended(__u64 value, __u32 size, __u64 sign)
{
	__u32 shift = 64 - 8 * (size & 7);

	if (size >= 8 || size == 0)
		return value;
	return sign ? (__u64)((__s64)(value << shift) >> shift) : value << shift >> shift;
}

static __always_inline void load(struct machine *m, const struct op *op)
{
	__u64 from = *slot(m, op->from);
	__u64 address = from + op->offset;
	__u32 size = op->size;

	m->words[0] = 0;
	if (size == 0 || size > 8)
		size = 8;
	/* Slot 15 tells whether anything on the way could not be read. */
	if (!from || go_read(m->words, size, address)) {
		m->words[0] = 0;
		m->slots[15] = 1;
	}
	*slot(m, op->to) = extended(m->words[0], size, op->value);
}

static __always_inline int related(struct machine *m, const struct op *op)
{
	__u64 left = *slot(m, op->to);
	__u64 right = op->from == 255 ? op->value : *slot(m, op->from);

	switch (op->size) {
	case IF_EQUAL:
		return left == right;
	case IF_NOT_EQUAL:
		return left != right;
	case IF_LESS:
		return (__s64)left < (__s64)right;
	case IF_LESS_EQUAL:
		return (__s64)left <= (__s64)right;
	case IF_GREATER:
		return (__s64)left > (__s64)right;
	case IF_GREATER_EQUAL:
		return (__s64)left >= (__s64)right;
	case IF_BELOW:
		return left < right;
	case IF_BELOW_EQUAL:
		return left <= right;
	case IF_ABOVE:
		return left > right;
	case IF_ABOVE_EQUAL:
		return left >= right;
	default:
		return m->slots[15] != 0;
	}
}

static __always_inline void clear(struct tally_key *key)
{
#pragma unroll
	for (int i = 0; i < TEXT_BYTES / 8; i++)
		key->words[i] = 0;
}

/* The string's first bytes into the machine's key. */
static __always_inline int fetch_text(struct machine *m, const struct op *op, __u64 *length)
{
	__u64 address = *slot(m, op->from);
	__u32 size;

	*length = *slot(m, op->from + 1);
	size = *length < TEXT_BYTES ? *length : TEXT_BYTES;
	clear(&m->key);
	m->key.length = size;
	if (size > TEXT_BYTES)
		return -1;
	return size && go_read(m->key.words, size, address) ? -1 : 0;
}

static __always_inline void match(struct machine *m, const struct op *op)
{
	__u32 number = op->value;
	const struct text *text = bpf_map_lookup_elem(&texts, &number);
	__u64 differ = 0;
	__u64 length;

	*slot(m, op->to) = 0;
	if (!text)
		return;
	if (*slot(m, op->from + 1) != text->length)
		return;
	if (fetch_text(m, op, &length)) {
		m->slots[15] = 1;
		return;
	}
#pragma unroll
	for (int i = 0; i < TEXT_BYTES / 8; i++)
		differ |= m->key.words[i] ^ text->words[i];
	*slot(m, op->to) = !differ;
}

static __always_inline __u64 ordered(__u64 bits, __u32 size)
{
	if (size == 4) {
		__u32 half = bits;

		return half >> 31 ? (__u32)~half : half | 1u << 31;
	}
	return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static __noinline int tally(struct run *run, const struct op *op)
{
	struct machine *m = run->machine;
	__u64 one = 1;
	__u64 *count;
	__u64 length;

	m->key.probe = m->number;
	if (op->code == OP_TALLY) {
		clear(&m->key);
		m->key.length = NUMBER;
		m->key.words[0] = *slot(m, op->from);
	} else if (fetch_text(m, op, &length)) {
		note(STAT_FAULTS);
		return 0;
	}
	count = bpf_map_lookup_elem(&tallies, &m->key);
	if (!count) {
		if (bpf_map_update_elem(&tallies, &m->key, &one, BPF_NOEXIST) == 0)
			return 0;
		count = bpf_map_lookup_elem(&tallies, &m->key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		note(STAT_TALLIES_FULL);
	return 0;
}

static __noinline int histogram(struct run *run, const struct op *op)
{
	struct histogram_key key = { .probe = run->machine->number };
	__u64 value = *slot(run->machine, op->from);
	__u64 one = 1;
	__u64 *count;

	if ((__s64)value > 0) {
		__u32 row = 1;

		/* the number of binary digits */
		if (value >> 32) { row += 32; value >>= 32; }
		if (value >> 16) { row += 16; value >>= 16; }
		if (value >> 8) { row += 8; value >>= 8; }
		if (value >> 4) { row += 4; value >>= 4; }
		if (value >> 2) { row += 2; value >>= 2; }
		if (value >> 1) row += 1;
		key.row = row;
	}
	count = bpf_map_lookup_elem(&histograms, &key);
	if (!count) {
		if (bpf_map_update_elem(&histograms, &key, &one, BPF_NOEXIST) == 0)
			return 0;
		count = bpf_map_lookup_elem(&histograms, &key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		note(STAT_TALLIES_FULL);
	return 0;
}

/* One more frame: its return address behind the saved frame pointer. */
static long next_frame(__u32 i __attribute__((unused)), struct run *run)
{
	struct machine *m = run->machine;
	struct record *record = run->record;
	struct chunk *chunk;
	__u32 used;

	if (!record)
		return 1;
	used = record->head.used;
	if (used > ROOM || !m->words[0] || go_read(&m->words[1], 16, m->words[0]))
		return 1;
	/* words: this frame pointer, the next one, the return address */
	chunk = (struct chunk *)(record->data + used);
	chunk->address = m->words[2];
	record->head.used = used + 8;
	record->head.frames++;
	if (m->words[1] <= m->words[0])
		return 1;
	m->words[0] = m->words[1];
	return 0;
}

/* The frames come last in a record: addresses without chunk headers. */
static __always_inline void stack(struct run *run)
{
	struct machine *m = run->machine;

	m->words[0] = m->slots[REG_BP];
	bpf_loop(session.frames, next_frame, run, 0);
}

static __always_inline long step(struct run *run)
{
	struct machine *m = run->machine;
	__u32 pc = m->pc;
	const struct op *op;

	if (m->item_count) {
		walk(run);
		return 0;
	}
	op = bpf_map_lookup_elem(&code, &pc);
	if (!op)
		return 1;
	m->pc = pc + 1;
	switch (op->code) {
	case OP_END:
		return 1;
	case OP_ACCEPT:
		m->verdict = VERDICT_ACCEPT;
		return 1;
	case OP_REJECT:
		m->verdict = VERDICT_REJECT;
		return 1;
	case OP_LOAD:
		load(m, op);
		return 0;
	case OP_SET:
		*slot(m, op->to) = op->value;
		return 0;
	case OP_ADD:
		*slot(m, op->to) = *slot(m, op->from) + op->value;
		return 0;
	case OP_MULTIPLY:
		*slot(m, op->to) = *slot(m, op->from) * op->value;
		return 0;
	case OP_SHIFT:
		*slot(m, op->to) = *slot(m, op->from) >> (op->value & 63);
		return 0;
	case OP_LESSER: {
		__u64 value = *slot(m, op->from);

		*slot(m, op->to) = value < op->value ? value : op->value;
		return 0;
	}
	case OP_EXTEND:
		*slot(m, op->to) = extended(*slot(m, op->from), op->size, op->value);
		return 0;
	case OP_VECTOR: {
		__u32 index = 2 * op->from + (op->value & 1);

		barrier_var(index); /* Linux 6.1 must see the bound right before the use */
		*slot(m, op->to) = m->vectors[index & (VECTOR_WORDS - 1)];
		if (!m->has_vectors)
			m->slots[15] = 1;
		return 0;
	}
	case OP_ORDER:
		*slot(m, op->to) = ordered(*slot(m, op->from), op->size);
		return 0;
	case OP_IF:
		if (related(m, op) && op->offset > 0)
			m->pc = pc + 1 + op->offset;
		return 0;
	case OP_TEXT:
		match(m, op);
		return 0;
	case OP_COPY:
		copy(run->record, *slot(m, op->from) + op->offset, op->value, CHUNK_BYTES);
		return 0;
	case OP_COPY_N:
		copy(run->record, *slot(m, op->from), *slot(m, op->to) * (__u32)op->value, op->value >> 32);
		return 0;
	case OP_WALK:
		m->most = op->value;
		walk_interface(m, *slot(m, op->from), *slot(m, op->to), 0);
		return 0;
	case OP_STACK:
		stack(run);
		return 0;
	case OP_HISTOGRAM:
		histogram(run, op);
		return 0;
	default:
		tally(run, op);
		return 0;
	}
}

static long filter_step(__u32 i __attribute__((unused)), struct run *run)
{
	return step(run);
}

static long capture_step(__u32 i __attribute__((unused)), struct run *run)
{
	return step(run);
}

static __always_inline void set_registers(struct machine *m, struct pt_regs *ctx, __u64 cookie, __u64 address)
{
#if defined(__TARGET_ARCH_x86)
	m->slots[REG_AX] = ctx->ax;
	m->slots[REG_BX] = ctx->bx;
	m->slots[REG_CX] = ctx->cx;
	m->slots[REG_DX] = ctx->dx;
	m->slots[REG_DI] = ctx->di;
	m->slots[REG_SI] = ctx->si;
	m->slots[REG_R8] = ctx->r8;
	m->slots[REG_R9] = ctx->r9;
	m->slots[REG_R10] = ctx->r10;
	m->slots[REG_R11] = ctx->r11;
	m->slots[REG_BP] = ctx->bp;
	m->slots[REG_IP] = ctx->ip;
#else
	m->slots[REG_IP] = ctx->pc;
#endif
	m->slots[REG_SP] = STACK_POINTER(ctx) + COOKIE_SP_DELTA(cookie);
	m->slots[REG_BASE] = m->slots[REG_IP] - address;
	m->slots[15] = 0;
	m->item_count = 0;
	m->most = session.most;
	m->seen_types[0] = m->seen_types[1] = m->seen_types[2] = m->seen_types[3] = 0;
	m->has_vectors = 0;
}

/* ---- goroutines ---- */

/* Identity into words[0], depth into words[1]. Returns flags of the record. */
static __always_inline __u32 find_frame(struct machine *m, void *ctx, __u64 cookie)
{
	__u32 index = COOKIE_LAYOUT(cookie) * 2 + (COOKIE_SOURCE(cookie) == SOURCE_THREAD_LOCAL);
	const volatile struct go_how *how = (void *)&session.how[index & (2 * LAYOUTS - 1)];

	if (go_g(ctx, how, &m->words[2]) || go_read(m->words, 8, m->words[2] + how->goid_offset)
	    || (!how->segmented && go_read(&m->words[3], 8, m->words[2] + 8))) {
		m->words[0] = (__u32)bpf_get_current_pid_tgid();
		m->words[1] = 0 - m->slots[REG_SP];
		return CAPTURE_NO_IDENTITY;
	}
	m->words[1] = how->segmented ? m->slots[REG_SP] : m->words[3] - m->slots[REG_SP];
	if (m->words[0])
		return 0;
	m->words[0] = m->words[2];
	return CAPTURE_SYSTEM_STACK;
}

/* One goroutine in `sample` is taken, with all of its calls. */
static __always_inline int is_sampled(__u64 identity)
{
	return session.sample <= 1 || (identity * 0x9e3779b97f4a7c15ULL >> 33) % session.sample == 0;
}

static __noinline int passes_entry(struct machine *m)
{
	struct call_key key = { .identity = m->slots[SLOT_GOID], .depth = m->slots[16], .tgid = m->slots[17],
				.probe = m->probe.partner };

	return bpf_map_delete_elem(&calls, &key) == 0;
}

static __noinline int note_entry(struct machine *m)
{
	struct call_key key = { .identity = m->slots[SLOT_GOID], .depth = m->slots[16], .tgid = m->slots[17],
				.probe = m->probe.partner };
	__u64 one = 1;

	return bpf_map_update_elem(&calls, &key, &one, BPF_ANY);
}

/* ---- the program ---- */

static __always_inline int admitted(__u32 tgid)
{
	return session.any_process || bpf_map_lookup_elem(&tracked, &tgid);
}

static __always_inline int send(struct run *run, struct machine *m)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	__u64 task = bpf_get_current_pid_tgid();

	if (!record) {
		note(STAT_LOST);
		return 0;
	}
	record->head.identity = m->slots[SLOT_GOID];
	record->head.depth = m->slots[16];
	record->head.probe = m->number;
	record->head.flags = m->flags;
	record->head.tgid = task >> 32;
	record->head.tid = task;
	record->head.used = 0;
	record->head.frames = 0;
	bpf_get_current_comm(record->head.comm, sizeof(record->head.comm));
#pragma unroll
	for (int i = 0; i < REGISTERS; i++)
		record->head.registers[i] = m->slots[i];
	add_vectors(record, m);
	run->record = record;
	m->pc = m->probe.recipe;
	if (bpf_loop(STEPS, capture_step, run, 0) >= STEPS)
		record->head.flags |= CAPTURE_UNFINISHED;
	record->head.time = m->entry ? bpf_ktime_get_ns() : m->time;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	note(STAT_SENT);
	return 0;
}

/* The machine of this task, set up for this hit; null where the hit is none of ours. */
static __always_inline struct machine *begin(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 number = COOKIE_SLOT(cookie);
	const struct probe *probe;
	struct machine *m;

	if (COOKIE_FLAG_FILTER(cookie) && STACK_CHECK_FAILED(ctx))
		return 0;
	if (!admitted(bpf_get_current_pid_tgid() >> 32))
		return 0;
	probe = bpf_map_lookup_elem(&probes, &number);
	if (!probe)
		return 0;
	note(STAT_HITS);
	m = bpf_task_storage_get(&machines, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!m) {
		note(STAT_LOST);
		return 0;
	}
	m->probe = *probe;
	m->number = number;
	m->entry = COOKIE_KIND(cookie) == KIND_ENTRY;
	set_registers(m, ctx, cookie, probe->address);
	m->flags = find_frame(m, ctx, cookie);
	m->slots[SLOT_GOID] = m->words[0];
	m->slots[16] = m->words[1];
	m->slots[17] = bpf_get_current_pid_tgid() >> 32;
	return m;
}

static __always_inline int at_probe(struct pt_regs *ctx)
{
	__u64 time = bpf_ktime_get_ns();
	struct run run = {};
	struct machine *m = begin(ctx);

	if (!m)
		return 0;
	m->time = time;
	run.machine = m;
	if (!is_sampled(m->slots[SLOT_GOID]))
		goto rejected;
	if ((m->probe.flags & PROBE_NEEDS_ENTRY) && !passes_entry(m))
		goto rejected;
	if (m->probe.flags & PROBE_WANTS_VECTORS)
		fetch_vectors(m);
	if (m->probe.filter != NO_CODE) {
		m->pc = m->probe.filter;
		m->verdict = VERDICT_NONE;
		bpf_loop(STEPS, filter_step, &run, 0);
		if (m->verdict != VERDICT_ACCEPT)
			goto rejected;
	}
	if (m->probe.flags & PROBE_NOTES_ENTRY)
		note_entry(m);
	if (m->probe.flags & PROBE_AGGREGATES) {
		m->pc = m->probe.recipe;
		bpf_loop(STEPS, filter_step, &run, 0);
		return 0;
	}
	return send(&run, m);

rejected:
	note(STAT_REJECTED);
	return 0;
}

SEC("?uprobe/capture")
int on_capture(struct pt_regs *ctx)
{
	return at_probe(ctx);
}

/* From Linux 6.0 on by perf events, from 6.6 on by one link. */
SEC("?uprobe.s/capture")
int on_capture_sleepable(struct pt_regs *ctx)
{
	return at_probe(ctx);
}

SEC("tp_btf/sched_process_fork")
int on_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0];
	struct task_struct *child = (void *)ctx[1];
	__u32 from = parent->tgid;
	__u32 to = child->tgid;
	__u32 *follow;
	__u32 mine;

	if (from == to) /* a new thread */
		return 0;
	follow = bpf_map_lookup_elem(&tracked, &from);
	if (follow && *follow) {
		mine = *follow;
		bpf_map_update_elem(&tracked, &to, &mine, BPF_ANY);
	}
	return 0;
}
