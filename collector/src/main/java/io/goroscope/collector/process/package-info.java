/** The processes that are traced: finding them, telling one from all others, claiming one, and starting one stopped. */
package io.goroscope.collector.process;
