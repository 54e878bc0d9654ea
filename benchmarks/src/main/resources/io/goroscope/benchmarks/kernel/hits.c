/* As the Go program hits: calls one function as often as a line says, and prints the thread's CPU time of a call, ns. */
#include <stdio.h>
#include <time.h>

__attribute__((noinline)) int hit(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static double cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(void)
{
	long calls;

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (scanf("%ld", &calls) == 1) {
		double begin = cpu_time();
		int sum = 0;

		for (long i = 0; i < calls; i++)
			sum += hit(i);
		printf("%f %d\n", (cpu_time() - begin) / calls, sum);
	}
	return 0;
}
