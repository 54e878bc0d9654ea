/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One record in the ring buffer: 48 bytes, native byte order. Its twin in Java is
 * io.goroscope.collector.kernel.RingRecord.
 *
 *    0                   4                   8
 *  +---------------------------------------+
 *  |  time: ns of CLOCK_MONOTONIC          |   0
 *  +---------------------------------------+
 *  |  identity                             |   8
 *  +---------------------------------------+
 *  |  depth                                |  16
 *  +---------------------------------------+
 *  |  segment                              |  24
 *  +-------------------+-------------------+
 *  | slot:24 | what:8  |  tgid             |  32
 *  +-------------------+---------+---------+
 *  |  tid              |  place  |  gen.   |  40
 *  +-------------------+---------+---------+
 *
 * For a hit:
 *   identity  goid; the address of g on a system stack; the thread's id off any goroutine stack or without identity
 *   depth     stack.hi - SP at the call; off stack -SP; with segmented stacks SP itself
 *   segment   with segmented stacks the limit of the segment, else 0
 *   slot      the function's number in the session, NO_SLOT for markers
 *   what      place_kind, and the flags below
 *   place     low 12 bits of the instruction's address
 *   gen.      low 16 bits of the loss generation of the identity's slot
 *
 * For a process (what >= KIND_PROCESS_SEEN):
 *   identity  exit: the wait status; fork: the child's tgid; else 0
 *   depth     start of the process in ns since boot (suspended time included)
 *   segment   the kernel's self_exec_id
 */
#ifndef GOROSCOPE_RECORD_H
#define GOROSCOPE_RECORD_H

#define WHAT_SYSTEM_STACK (1u << 4)
#define WHAT_OFF_STACK (1u << 5)
#define WHAT_NO_IDENTITY (1u << 6)
#define WHAT_SEGMENTED (1u << 7)

struct record {
	__u64 time;
	__u64 identity;
	__u64 depth;
	__u64 segment;
	__u32 slot_what; /* slot in bits 0 to 23, what in bits 24 to 31 */
	__u32 tgid;
	__u32 tid;
	__u16 place;
	__u16 generation;
};

_Static_assert(sizeof(struct record) == 48, "RingRecord.java says 48");

#endif
