/**
 * Debian's own kernels, booted in an emulator to run commands under them.
 *
 * <p>A {@link io.goroscope.testbed.kernels.Kernel} is taken out of a package of the Debian suite that has it. The
 * machine has no disk: an {@link io.goroscope.testbed.kernels.Initramfs} in memory holds a Java runtime, the jars, the
 * shared libraries and the test programs at the same paths as on the host, and as first process the test program {@code
 * guest}, which runs a list of jobs and reports each of them over the second serial line. {@link
 * io.goroscope.testbed.kernels.VirtualKernel} boots it in QEMU's software emulation, which needs no permission and runs
 * anywhere, at about a tenth of the speed.
 */
package io.goroscope.testbed.kernels;
