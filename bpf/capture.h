/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What capture.bpf.c and Java's CaptureSession say to each other: the recipe by which values are captured, and the
 * record that they travel in. The twins in Java are io.goroscope.collector.kernel.CaptureConfig and CaptureRecord.
 *
 * A record is a small core dump: the registers at the place, and the stretches of memory that the recipe asked for. What
 * they mean only user space knows: it reads a value of a type at an address, and finds its bytes in a chunk, or a fault.
 *
 *    0                   4                   8
 *  +---------------------------------------+
 *  |  time: ns of CLOCK_MONOTONIC          |   0
 *  |  identity, depth: as in record.h      |   8
 *  |  number of the probe  |  flags        |  24
 *  |  tgid                 |  tid          |  32
 *  |  comm, 16 bytes                       |  40
 *  |  registers, 14 words                  |  56
 *  |  bytes of chunks      |  frames       | 168
 *  |  chunks: address (8 bytes), length (4), flags (4), then the bytes, padded to 8
 *  +---------------------------------------+
 */
#ifndef GOROSCOPE_CAPTURE_H
#define GOROSCOPE_CAPTURE_H

/* The order of the registers in a record, and of the machine's first slots. */
enum capture_register {
	REG_AX, REG_BX, REG_CX, REG_DX, REG_DI, REG_SI, REG_R8, REG_R9, REG_R10, REG_R11,
	REG_SP,   /* at the call, so that the return address is at it */
	REG_BP,
	REG_IP,
	REG_BASE, /* what is added to an address of the file where the image is loaded */
	REGISTERS
};

#define SLOT_GOID 14
#define SLOTS 64 /* 16 and up are free */

#define CAPTURE_NO_IDENTITY 1u
#define CAPTURE_SYSTEM_STACK 2u
#define CAPTURE_FULL 4u      /* the record had no room for more chunks */
#define CAPTURE_UNFINISHED 8u /* the recipe was cut after STEPS steps */

#define CHUNK_FAULT 1u
#define CHUNK_CUT 2u /* there was more */
#define CHUNK_VECTORS 4u /* no memory: the vector registers, 16 bytes each */

struct chunk {
	__u64 address;
	__u32 length;
	__u32 flags;
	__u8 bytes[];
};

struct capture {
	__u64 time;
	__u64 identity;
	__u64 depth;
	__u32 probe;
	__u32 flags;
	__u32 tgid;
	__u32 tid;
	char comm[16];
	__u64 registers[REGISTERS];
	__u32 used;
	__u32 frames;
};

_Static_assert(sizeof(struct capture) == 176, "CaptureRecord.java says 176");

/*
 * The recipe: instructions for a machine of 64 slots. The first slots are the registers. Jumps only go forward.
 */
enum operation {
	OP_END,
	OP_ACCEPT,  /* end of a filter: the call is wanted */
	OP_REJECT,  /* it is not */
	OP_LOAD,    /* to = size bytes at [from] + offset; sign-extended if value is 1 */
	OP_SET,     /* to = value */
	OP_ADD,     /* to = from + value */
	OP_MULTIPLY, /* to = from * value */
	OP_SHIFT,   /* to = from >> value, unsigned */
	OP_LESSER,  /* to = the lesser of from and value, unsigned */
	OP_EXTEND,  /* to = from, of which size bytes are the value; sign-extended if value is 1 */
	OP_VECTOR,  /* to = the first 8 bytes of vector register number from, or the last if value is 1 */
	OP_ORDER,   /* to = from, a float of size bytes, as an integer that orders like it */
	OP_IF,      /* jump by offset if slot `to` is in relation `size` to slot `from`, or to value if from is 255 */
	OP_TEXT,    /* to = 1 if the string at slot from (address) and from + 1 (length) is text number value, else 0 */
	OP_COPY,    /* a chunk: value bytes at [from] + offset */
	OP_COPY_N,  /* a chunk: at [from], slot `to` elements of (value's low 32 bits) bytes, at most (high 32 bits) bytes */
	OP_WALK,    /* the value in an interface: type word in slot from, data word in slot to; at most value bytes of a string */
	OP_STACK,   /* the frames, by frame pointers */
	OP_HISTOGRAM, /* adds slot from to the histogram of the probe */
	OP_TALLY,   /* counts slot from by its value */
	OP_TALLY_TEXT, /* counts the string at slot from (address) and from + 1 (length) */
};

enum relation {
	IF_EQUAL, IF_NOT_EQUAL, IF_LESS, IF_LESS_EQUAL, IF_GREATER, IF_GREATER_EQUAL,
	IF_BELOW, IF_BELOW_EQUAL, IF_ABOVE, IF_ABOVE_EQUAL, IF_FAULT,
};

struct op {
	__u8 code;
	__u8 to;
	__u8 from;
	__u8 size;
	__s32 offset;
	__u64 value;
};

_Static_assert(sizeof(struct op) == 16, "CaptureConfig.java says 16");

/* One for each probe; its number is the slot in the cookie. */
struct probe {
	__u64 address;   /* of the place, in the file */
	__u32 filter;    /* where its filter starts in the code, or NO_CODE */
	__u32 recipe;    /* where its recipe starts */
	__u32 flags;
	__u32 partner;   /* of a return: number of the function's entry; else its own */
};

#define NO_CODE (~0u)
#define PROBE_NOTES_ENTRY 1u  /* an entry that passed lets its return through */
#define PROBE_NEEDS_ENTRY 2u  /* a return that only follows such an entry */
#define PROBE_AGGREGATES 4u   /* nothing is sent: the recipe only counts */
#define PROBE_WANTS_VECTORS 8u /* what it asks for is in vector registers */

_Static_assert(sizeof(struct probe) == 24, "CaptureConfig.java says 24");

#define TEXT_BYTES 64
#define NUMBER (~0u)

struct text {
	__u64 length;
	__u64 words[TEXT_BYTES / 8];
};

struct tally_key {
	__u32 probe;
	__u32 length; /* of a text; NUMBER for a number, which then is in words[0] */
	__u64 words[TEXT_BYTES / 8];
};

#endif
