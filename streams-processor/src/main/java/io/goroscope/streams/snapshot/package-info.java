/**
 * State as key and value bytes, small enough for a Kafka record each: what the pairing and the lanes write of themselves
 * for a store, and read again. Numbers are zigzag varints; keys sort by their kind and their numbers.
 */
package io.goroscope.streams.snapshot;
