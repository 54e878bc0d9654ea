/**
 * Output topics without a pipeline in front of them: records as the Streams job writes them, of a made-up shop whose true
 * counts are known, for tests of what reads those topics.
 */
package io.goroscope.testbed.output;
