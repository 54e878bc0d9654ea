/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the programs have to know about the kernel and the processor.
 *
 * The kernel's structures are declared with only the fields that are used. preserve_access_index makes clang emit
 * CO-RE relocations, by which libbpf finds the real offsets in the running kernel's BTF: so no vmlinux.h is needed.
 * The register layouts are user ABI (struct pt_regs as ptrace(2) has it) and fixed.
 */
#ifndef GOROSCOPE_KERNEL_H
#define GOROSCOPE_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live; /* threads that have not begun to exit */
};

struct thread_struct {
#if defined(__TARGET_ARCH_x86)
	unsigned long fsbase;
#else
	struct {
		unsigned long tp_value;
	} uw;
#endif
};

/* Only with CONFIG_X86_USER_SHADOW_STACK; the name's ___ part is dropped when libbpf looks for it. */
struct thread_struct___shadow_stack {
	unsigned long features;
};

struct task_struct {
	int pid;
	int tgid;
	int exit_code;
	__u32 self_exec_id;
	__u64 start_boottime;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	unsigned long nvcsw;  /* how often it gave up the processor, */
	unsigned long nivcsw; /* and how often it had to */
	struct thread_struct thread;
};

struct task_struct___shadow_stack {
	struct thread_struct___shadow_stack thread;
};

#if defined(__TARGET_ARCH_x86)
union fpregs_state {
	char xsave;
};

struct fpstate {
	unsigned int size;
	union fpregs_state regs;
};

struct fpu {
	struct fpstate *fpstate;
};

/* To Linux 6.15; since then it lies right behind the task_struct (x86_task_fpu in arch/x86/include/asm/processor.h). */
struct thread_struct___with_fpu {
	struct fpu fpu;
};

struct task_struct___with_fpu {
	struct thread_struct___with_fpu thread;
};
#endif

#pragma clang attribute pop

#if defined(__TARGET_ARCH_x86)

/* arch/x86/include/uapi/asm/prctl.h: ARCH_SHSTK_SHSTK */
#define SHADOW_STACK_ON (1UL << 0)

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax;
	unsigned long ip, cs, flags, sp, ss;
};

/* struct fxregs_state, and the header that XSAVE puts behind it (Intel SDM 1, 13.4) */
#define XMM_OFFSET 160
#define XSTATE_BV_OFFSET 512
#define XSTATE_SSE 2ULL

/* At a function's entry; `sp` is SP at the call. */
#define READ_RETURN_ADDRESS(ctx, sp, to) bpf_probe_read_user(to, sizeof(*(to)), (const void *)(sp))
#define CARRY_FLAG (1UL << 0)
#define ZERO_FLAG (1UL << 6)
/* The condition of jbe: the branch to morestack is taken, and the prologue will run again. */
#define STACK_CHECK_FAILED(ctx) (((ctx)->flags & (CARRY_FLAG | ZERO_FLAG)) != 0)
#define STACK_POINTER(ctx) ((ctx)->sp)
#define INSTRUCTION_POINTER(ctx) ((ctx)->ip)
#define FRAME_POINTER(ctx) ((ctx)->bp)
#define GOROUTINE_REGISTER(ctx) ((ctx)->r14)
#define ARGUMENT_REGISTER(ctx) ((ctx)->ax)
#define C_ARGUMENT_REGISTER(ctx) ((ctx)->di)
#define THREAD_POINTER(task) ((task)->thread.fsbase)
/* gccgo, split stacks: the limit of the current segment (libgcc/config/i386/morestack.S) */
#define SEGMENT_LIMIT_OFFSET 0x70
/* struct stack_segment, at the low end of each: prev, next, size, old_stack, dynamic_allocation, free_..., extra */
#define SEGMENT_HEADER 56
#define SEGMENT_SIZE_OFFSET 16
#define SEGMENT_PAGE 4096
#define SEGMENT_MOST (1ULL << 40)

#elif defined(__TARGET_ARCH_arm64)

/* struct user_pt_regs; x0 to x30 by number, so that no name hides which register is meant */
struct pt_regs {
	unsigned long regs[31];
	unsigned long sp, pc, pstate;
};

/* At a function's entry; also where SP was lowered already, since the link register is still the caller's. */
#define READ_RETURN_ADDRESS(ctx, sp, to) (*(to) = (ctx)->regs[30], 0)
/* Cookies with a flag filter exist on amd64 only (the planner sets them for jbe). */
#define STACK_CHECK_FAILED(ctx) ((void)(ctx), 0)
#define STACK_POINTER(ctx) ((ctx)->sp)
#define INSTRUCTION_POINTER(ctx) ((ctx)->pc)
#define FRAME_POINTER(ctx) ((ctx)->regs[29])
#define GOROUTINE_REGISTER(ctx) ((ctx)->regs[28])
#define ARGUMENT_REGISTER(ctx) ((ctx)->regs[0])
#define C_ARGUMENT_REGISTER(ctx) ((ctx)->regs[0])
#define THREAD_POINTER(task) ((task)->thread.uw.tp_value)
#define SEGMENT_LIMIT_OFFSET 0

#else
#error "define __TARGET_ARCH_x86 or __TARGET_ARCH_arm64"
#endif

#endif
