/**
 * Go executables and shared libraries as files: their functions, identity and runtime layout.
 *
 * <p>A gc binary carries its own function table, pclntab, which no strip removes ({@link
 * io.goroscope.collector.binary.PclntabFormat} draws its four formats), and the story of its build. Everything is read
 * from a mapping of the file, on demand; bytes are never trusted: a {@code Bytes} window checks each read, and what
 * contradicts itself ends in one line for the user.
 *
 * <p>ELF is read by a small reader of our own. The library jelf (0.12) does not fit: it copies string tables to the heap
 * by lengths that the file states (2 GB for a 200-byte file), makes an object for every symbol when a section is looked
 * at, and refuses files without section headers, so it cannot keep within a memory bound.
 *
 * <p>Called by {@code plan} and by the collector's start; the way in is {@link
 * io.goroscope.collector.binary.GoBinary#open}.
 */
package io.goroscope.collector.binary;
