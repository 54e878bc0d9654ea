/** The processes that are traced: telling one from all others, and starting one stopped. */
package io.goroscope.collector.process;
