/**
 * What probes cost a traced program, beside other tracers at the same function in the same run. Needs root and, for the
 * comparison, bpftrace.
 */
package io.goroscope.benchmarks.kernel;
