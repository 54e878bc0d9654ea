package io.goroscope.sink.feed;

import io.goroscope.schemas.BadRecordException;
import io.goroscope.schemas.BadRecordException.Reason;
import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.DictionaryKey;
import io.goroscope.schemas.avro.EdgeKey;
import io.goroscope.schemas.avro.EdgeTotals;
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
import org.apache.avro.specific.SpecificRecordBase;

/** From bytes to records, with the check that a value is of the type that belongs to its key. */
final class FeedDecoder {

    private FeedDecoder() {}

    static FeedRecord decode(byte[] key, byte[] value, long heardMs) throws BadRecordException {
        if (key == null) {
            throw new BadRecordException(Reason.TRUNCATED, "no key");
        }
        SpecificRecordBase decodedKey = Records.decode(key);
        Class<? extends SpecificRecordBase> type = valueType(decodedKey);
        return new FeedRecord(decodedKey, value == null ? null : Records.decode(value, type), heardMs);
    }

    private static Class<? extends SpecificRecordBase> valueType(SpecificRecordBase key) throws BadRecordException {
        if (key instanceof SeriesKey) {
            return Totals.class;
        } else if (key instanceof EdgeKey) {
            return EdgeTotals.class;
        } else if (key instanceof ModeKey) {
            return FunctionMode.class;
        } else if (key instanceof RetiredKey) {
            return Retired.class;
        } else if (key instanceof WindowKey) {
            return LatencyWindow.class;
        } else if (key instanceof HealthKey) {
            return Health.class;
        } else if (key instanceof DictionaryKey dictionary) {
            return dictionary.getFunction() < 0 ? ImageInfo.class : FunctionInfo.class;
        }
        throw new BadRecordException(
                Reason.FINGERPRINT, "no key: " + key.getSchema().getName());
    }
}
