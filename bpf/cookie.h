/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The cookie of a probe: all that a program knows about the place it runs at, in the 64 bits that the kernel keeps for
 * each probe. Its twin in Java is io.goroscope.collector.kernel.Cookie.
 *
 *  63 62  60 59                  44 43            32 31 30  29 28 27  24 23                              0
 *  +--+------+----------------------+----------------+--+------+--+------+--------------------------------+
 *  |SI|layout|     SP delta / 8     | address, low 12|ER|source|FF| kind |         function slot          |
 *  +--+------+----------------------+----------------+--+------+--+------+--------------------------------+
 *
 *  SI      side: while one link takes the place of another, both are at the place; they differ in this
 *  ER      the instruction is a plain `ret`, which the program may execute itself
 *  source  where g is: goroutine_source
 *  FF      flag filter: a hit with CF or ZF set is no call
 */
#ifndef GOROSCOPE_COOKIE_H
#define GOROSCOPE_COOKIE_H

enum place_kind {
	KIND_ENTRY = 0,
	KIND_RETURN = 1,
	KIND_TAIL = 2,
	KIND_PANIC = 3,
	KIND_DEFER_RETURN = 4,
	KIND_GOEXIT = 5,
	KIND_GOROUTINE_END = 6,
	/* Not places: what happened to a process. They travel in the same ring, so in order. */
	KIND_PROCESS_SEEN = 8,
	KIND_PROCESS_FORK = 9,
	KIND_PROCESS_EXEC = 10,
	KIND_PROCESS_EXIT = 11,
};

enum goroutine_source {
	SOURCE_REGISTER = 0,
	SOURCE_THREAD_LOCAL = 1,
	SOURCE_ARGUMENT = 2,
	SOURCE_STACK_ARGUMENT = 3,
};

#define NO_SLOT 0xffffffu

#define COOKIE_SLOT(c) ((__u32)(c) & 0xffffff)
#define COOKIE_KIND(c) ((__u32)((c) >> 24) & 0xf)
#define COOKIE_FLAG_FILTER(c) (((c) >> 28) & 1)
#define COOKIE_SOURCE(c) ((__u32)((c) >> 29) & 3)
#define COOKIE_EXECUTE_RET(c) (((c) >> 31) & 1)
#define COOKIE_PLACE(c) ((__u32)((c) >> 32) & 0xfff)
#define COOKIE_SP_DELTA(c) ((((c) >> 44) & 0xffff) * 8)
#define COOKIE_LAYOUT(c) ((__u32)((c) >> 60) & 7)
#define COOKIE_SIDE(c) ((__u32)((c) >> 63))
#define COOKIE_OF_KIND(c, kind) (((c) & ~(0xfULL << 24)) | (__u64)(kind) << 24)
#define COOKIE_WITHOUT_SIDE(c) ((c) & ~(1ULL << 63))

#endif
