/**
 * Entries and returns become calls.
 *
 * <p>Threads mean nothing here: a goroutine enters a function on one and returns on another. What stays is the goroutine
 * and the place of the frame on its stack. Each event carries both: the identity (a goid; the address of g on a system
 * stack; a thread's id off any goroutine stack; each in a key space of its own), and the frame key {@code depth}, which is
 * the distance from the high end of the stack to the return address. It is the same at entry and at {@code ret},
 * survives the copying of a growing stack, and grows with each call, so it tells recursive calls apart and orders frames.
 *
 * <p>From that order follow the rules for gc's contiguous stacks ({@link io.goroscope.streams.pairing.Pairing}):
 *
 * <ul>
 *   <li>an entry at depth d overwrites what was there: open frames at d or deeper are dead (a panic, a Goexit);
 *   <li>a return at depth d ends the frame of the same function at exactly d; deeper ones are dead, and so is a frame
 *       of another function at d, since the return has popped its place. Without a partner the return is unmatched;
 *   <li>{@code runtime.deferreturn} entered at depth d means that a frame goes on after a recover: those at d or deeper
 *       are dead, before they could adopt the next call as theirs;
 *   <li>{@code runtime.gopanic} and {@code runtime.Goexit} never return. They lie on the stack as marks, and a mark that
 *       is found dead gives its reason to the dead frames below it.
 * </ul>
 *
 * <p>gccgo's stacks are segmented and never move; the key is SP itself, which falls with each call. A return ends the
 * topmost open frame with its function and key; an entry finds dead only what lies on the same segment at or below its
 * own SP, and what was called from there.
 *
 * <p>Nothing is guessed over a loss. Every event carries the loss generation of its goroutine's slot; a frame whose end
 * has another generation than its entry, or that was open at a gap in the lane, is uncertain: counted, but kept out of
 * the durations. So is an edge between two frames of different generations.
 *
 * <p>No Kafka, no clock, no allocation per event. The Streams job, offline replay and the terminal commands use this same
 * class.
 */
package io.goroscope.streams.pairing;
