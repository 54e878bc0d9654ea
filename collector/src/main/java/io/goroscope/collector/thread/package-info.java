/** Ending the threads that work for a collector. */
package io.goroscope.collector.thread;
