/**
 * Programs of random functions: each prints the arguments that it got and the results that it gives, so that what a tracer
 * reads can be held against the program's own words.
 */
package io.goroscope.testbed.signatures;
