/**
 * Debug information: DWARF 4 as gc writes it up to Go 1.24 ({@code .zdebug_*} up to 1.18), DWARF 5 from 1.25 on, and what
 * gccgo writes.
 *
 * <p>Nothing is read before it is asked for. {@link io.goroscope.collector.binary.dwarf.DebugInfo} walks the unit headers
 * once, which are few (gc makes one unit for each package), and reads a unit's entries only to find a function in it; a type
 * is read at its offset. A compressed section is inflated when it is first touched. Every read is checked against its
 * section, every walk is bounded: the bytes are somebody else's.
 *
 * <p>Source: the DWARF 4 and 5 standards (section numbers in the classes); Go's own attributes are those of
 * {@code cmd/internal/dwarf}.
 */
package io.goroscope.collector.binary.dwarf;
