package io.goroscope.cli.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.goroscope.sink.table.Buckets;
import java.io.IOException;

/** Buckets as JSON: {@code {"at": [numbers], "of": [counts]}}. */
final class BucketsJson extends StdSerializer<Buckets> {

    private static final long serialVersionUID = 1;

    BucketsJson() {
        super(Buckets.class);
    }

    @Override
    public void serialize(Buckets value, JsonGenerator out, SerializerProvider provider) throws IOException {
        out.writeStartObject();
        out.writeFieldName("at");
        int[] indexes = value.indexes();
        out.writeArray(indexes, 0, indexes.length);
        out.writeFieldName("of");
        long[] counts = value.counts();
        out.writeArray(counts, 0, counts.length);
        out.writeEndObject();
    }
}
