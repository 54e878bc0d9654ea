/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Go in BPF: what a uprobe program needs to read goroutines, arguments and results of Go functions. One header, for
 * programs of your own; it needs <linux/types.h>, <linux/bpf.h>, <bpf/bpf_helpers.h> and <bpf/bpf_core_read.h> before
 * it, and -D__TARGET_ARCH_x86 or _arm64. goroscope's own programs are built on it; ../examples has a small tool.
 *
 *  where                 what to use
 *  gc from Go 1.17 on    GO_ARG(ctx, n), n = 0..8: the n-th integer word of the arguments; at a `ret`: of the results.
 *                        Strings take two words (address, length), slices three, interfaces two (type, data).
 *                        Floating-point words are in vector registers, which BPF cannot read without help (docs/trace.md).
 *  gc up to Go 1.16      go_stack_arg(ctx, n, &word): the n-th 8-byte word above the return address; results follow
 *                        the arguments there.
 *  gccgo                 GO_C_ARG(ctx, n), n = 0..5: System V; results in GO_C_RESULT(ctx, 0..1).
 *  any                   go_goid(ctx, &how, &goid), go_depth(ctx, &how, &depth)
 *
 * Use these at the first instruction, or at the `push rbp` behind the stack check (where a call is hit once even when its
 * stack grows; SP is still that of the call), or at a `ret`. Never attach a uretprobe to Go: its stack moves.
 */
#ifndef GO_BPF_H
#define GO_BPF_H

/* struct pt_regs as the kernel hands it to uprobe programs (ptrace(2), struct user_regs_struct) */
struct go_regs {
#if defined(__TARGET_ARCH_x86)
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax;
	unsigned long ip, cs, flags, sp, ss;
#else
	unsigned long regs[31];
	unsigned long sp, pc, pstate;
#endif
};

#define GO_REGS(ctx) ((const struct go_regs *)(ctx))

#if defined(__TARGET_ARCH_x86)
/* Go's internal calling convention: cmd/compile/abi-internal.md. n must be a constant. */
#define GO_ARG(ctx, n)                                                                                                 \
	((__u64)((n) == 0 ? GO_REGS(ctx)->ax                                                                           \
	       : (n) == 1 ? GO_REGS(ctx)->bx                                                                           \
	       : (n) == 2 ? GO_REGS(ctx)->cx                                                                           \
	       : (n) == 3 ? GO_REGS(ctx)->di                                                                           \
	       : (n) == 4 ? GO_REGS(ctx)->si                                                                           \
	       : (n) == 5 ? GO_REGS(ctx)->r8                                                                           \
	       : (n) == 6 ? GO_REGS(ctx)->r9                                                                           \
	       : (n) == 7 ? GO_REGS(ctx)->r10                                                                          \
			  : GO_REGS(ctx)->r11))
#define GO_C_ARG(ctx, n)                                                                                               \
	((__u64)((n) == 0 ? GO_REGS(ctx)->di                                                                           \
	       : (n) == 1 ? GO_REGS(ctx)->si                                                                           \
	       : (n) == 2 ? GO_REGS(ctx)->dx                                                                           \
	       : (n) == 3 ? GO_REGS(ctx)->cx                                                                           \
	       : (n) == 4 ? GO_REGS(ctx)->r8                                                                           \
			  : GO_REGS(ctx)->r9))
#define GO_C_RESULT(ctx, n) ((__u64)((n) == 0 ? GO_REGS(ctx)->ax : GO_REGS(ctx)->dx))
#define GO_G(ctx) ((__u64)GO_REGS(ctx)->r14)
#define GO_SP(ctx) ((__u64)GO_REGS(ctx)->sp)
#define GO_BP(ctx) ((__u64)GO_REGS(ctx)->bp)
#else
#define GO_ARG(ctx, n) ((__u64)GO_REGS(ctx)->regs[n]) /* x0 to x15 */
#define GO_C_ARG(ctx, n) ((__u64)GO_REGS(ctx)->regs[n])
#define GO_C_RESULT(ctx, n) ((__u64)GO_REGS(ctx)->regs[n])
#define GO_G(ctx) ((__u64)GO_REGS(ctx)->regs[28])
#define GO_SP(ctx) ((__u64)GO_REGS(ctx)->sp)
#define GO_BP(ctx) ((__u64)GO_REGS(ctx)->regs[29])
#endif

/* ---- reading the program's memory ---- */

/* In sleepable programs (SEC "uprobe.s") say #define GO_SLEEPABLE 1 first: then pages that nobody touched yet are read
 * from the file, such as that of a string which the linker put into the binary. 0, or negative where nothing is. */
#ifndef GO_SLEEPABLE
#define GO_SLEEPABLE 0
#endif

static __always_inline long go_read(void *to, __u32 size, __u64 from)
{
	long failed = bpf_probe_read_user(to, size, (const void *)from);

	if (failed && GO_SLEEPABLE)
		failed = bpf_copy_from_user(to, size, (const void *)from);
	return failed;
}

static __always_inline long go_stack_arg(void *ctx, __u32 n, __u64 *word)
{
	return go_read(word, sizeof(*word), GO_SP(ctx) + 8 + 8 * (__u64)n);
}

/*
 * A string's bytes, of which at most `most` (a constant, at most the size of the buffer) are read; returns how many are
 * in the buffer, or negative. Also for the bytes of a []byte.
 */
static __always_inline long go_string(char *to, __u32 most, __u64 address, __u64 length)
{
	__u32 size = length < most ? length : most;

	if (size == 0)
		return 0;
	barrier_var(size);
	if (size > most)
		return -1;
	return go_read(to, size, address) ? -1 : size;
}

/* The type word of an interface with methods is behind its table: type and data of `error` and the like. */
static __always_inline long go_itab_type(__u64 itab, __u64 *type)
{
	return go_read(type, sizeof(*type), itab + 8);
}

/* ---- goroutines ---- */

/* How to find the goroutine in one binary; zero is right for gc from Go 1.17 on, but for goid in Go 1.23 and 1.24. */
struct go_how {
	__s64 tls_offset;     /* of g from the thread pointer, or 0: it is in its register */
	__u32 goid_offset;    /* 0 stands for 152; 160 in Go 1.23 and 1.24; 56 for gccgo */
	__u32 segmented;      /* gccgo: stacks never move, so SP itself tells frames apart */
};

struct task_struct___go {
	struct thread_struct___go {
#if defined(__TARGET_ARCH_x86)
		unsigned long fsbase;
#else
		struct {
			unsigned long tp_value;
		} uw;
#endif
	} __attribute__((preserve_access_index)) thread;
} __attribute__((preserve_access_index));

/* The address of the current g: 0, or negative where it cannot be read. */
static __always_inline long go_g(void *ctx, const volatile struct go_how *how, __u64 *g)
{
	struct task_struct___go *task;
	__u64 base;

	if (!how->tls_offset) {
		*g = GO_G(ctx);
		return 0;
	}
	task = (void *)bpf_get_current_task();
#if defined(__TARGET_ARCH_x86)
	base = BPF_CORE_READ(task, thread.fsbase);
#else
	base = BPF_CORE_READ(task, thread.uw.tp_value);
#endif
	return go_read(g, sizeof(*g), base + how->tls_offset);
}

/* The number of the goroutine that runs; 0 on a system stack. */
static __always_inline long go_goid(void *ctx, const volatile struct go_how *how, __u64 *goid)
{
	__u64 g;

	if (go_g(ctx, how, &g))
		return -1;
	return go_read(goid, sizeof(*goid), g + (how->goid_offset ? how->goid_offset : 152));
}

/*
 * What tells a goroutine's frames apart, and stays the same when its stack is copied: bytes from SP at the call to the
 * high end of the stack. The same at entry and at `ret`, deeper frames have more. With segmented stacks SP itself.
 */
static __always_inline long go_depth(void *ctx, const volatile struct go_how *how, __u64 *depth)
{
	__u64 hi;
	__u64 g;

	if (how->segmented) {
		*depth = GO_SP(ctx);
		return 0;
	}
	if (go_g(ctx, how, &g) || go_read(&hi, sizeof(hi), g + 8))
		return -1;
	*depth = hi - GO_SP(ctx);
	return 0;
}

#endif
