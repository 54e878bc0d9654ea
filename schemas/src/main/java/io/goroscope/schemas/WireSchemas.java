package io.goroscope.schemas;

import io.goroscope.schemas.avro.CapturedRecord;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
import io.goroscope.schemas.avro.EventBatch;
import io.goroscope.schemas.avro.FunctionCounts;
import io.goroscope.schemas.avro.FunctionInfo;
import io.goroscope.schemas.avro.FunctionMode;
import io.goroscope.schemas.avro.Health;
import io.goroscope.schemas.avro.HealthKey;
import io.goroscope.schemas.avro.ImageInfo;
import io.goroscope.schemas.avro.LatencyWindow;
import io.goroscope.schemas.avro.ModeKey;
import io.goroscope.schemas.avro.Retired;
import io.goroscope.schemas.avro.RetiredKey;
import io.goroscope.schemas.avro.SeriesKey;
import io.goroscope.schemas.avro.Totals;
import io.goroscope.schemas.avro.WindowKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * The schemas of every record on the wire: today's, and all that were ever published.
 *
 * <p>A record begins with {@code C3 01} and the CRC-64-AVRO fingerprint of its schema (Avro specification, "Single
 * object encoding"). The published schemas lie in {@code published/}, one file a fingerprint, listed in {@code
 * published/index}; none is ever removed, so that old records and captures stay readable.
 */
public final class WireSchemas {

    private static final String FOLDER = "published/";

    private WireSchemas() {}

    /** The schemas that this version writes. */
    public static List<Schema> current() {
        return List.of(
                EventBatch.getClassSchema(),
                FunctionCounts.getClassSchema(),
                DictionaryKey.getClassSchema(),
                FunctionInfo.getClassSchema(),
                ImageInfo.getClassSchema(),
                SeriesKey.getClassSchema(),
                Totals.getClassSchema(),
                EdgeKey.getClassSchema(),
                EdgeTotals.getClassSchema(),
                ModeKey.getClassSchema(),
                FunctionMode.getClassSchema(),
                RetiredKey.getClassSchema(),
                Retired.getClassSchema(),
                WindowKey.getClassSchema(),
                LatencyWindow.getClassSchema(),
                HealthKey.getClassSchema(),
                Health.getClassSchema(),
                CapturedRecord.getClassSchema());
    }

    /** Every schema ever published, by fingerprint. */
    public static Map<Long, Schema> published() {
        return Published.BY_FINGERPRINT;
    }

    /** The fingerprint that single-object encoding uses: CRC-64-AVRO of the parsing canonical form. */
    public static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /** File name of a published schema, below {@code published/}. */
    static String fileName(Schema schema) {
        return "%s-%016x.avsc".formatted(schema.getName(), fingerprint(schema));
    }

    private static final class Published {
        static final Map<Long, Schema> BY_FINGERPRINT = read();

        private static Map<Long, Schema> read() {
            Map<Long, Schema> schemas = new LinkedHashMap<>();
            try (BufferedReader index =
                    new BufferedReader(new InputStreamReader(open("index"), StandardCharsets.UTF_8))) {
                for (String name = index.readLine(); name != null; name = index.readLine()) {
                    try (InputStream in = open(name)) {
                        Schema schema = new Schema.Parser().parse(in);
                        schemas.put(fingerprint(schema), schema);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the published schemas", e);
            }
            return Map.copyOf(schemas);
        }

        private static InputStream open(String name) {
            InputStream in = WireSchemas.class.getResourceAsStream(FOLDER + name);
            if (in == null) {
                throw new IllegalStateException("schema is missing from the jar: " + name);
            }
            return in;
        }
    }
}
