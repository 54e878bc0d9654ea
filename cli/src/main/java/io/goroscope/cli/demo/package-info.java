/**
 * {@code goroscope demo}: the whole pipeline in one process, on a real broker and with a real Prometheus.
 *
 * <p>The demo owns what it starts: a folder named after this process, a Prometheus that dies with it, and the parts of the
 * pipeline in this JVM. {@link io.goroscope.cli.demo.Closing} ends them in the reverse order, however the demo ends. Where
 * it is killed, the kernel ends Prometheus and takes the probes away, and the next demo removes the folder.
 */
package io.goroscope.cli.demo;
