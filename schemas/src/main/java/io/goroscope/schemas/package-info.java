/**
 * What flows between the parts of goroscope: names of topics, framing of records, and errors that a user can act on.
 *
 * <p>The records themselves are Avro schemas in {@code src/main/avro}; the classes made from them are in {@code
 * io.goroscope.schemas.avro}. The one record that is too frequent for generated classes, the event batch, is read and
 * written by hand in {@code io.goroscope.schemas.batch}.
 */
package io.goroscope.schemas;
