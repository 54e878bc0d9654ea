package io.goroscope.schemas.batch;

import io.goroscope.schemas.Records;
import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Who sent a batch: the fields that are the same in every batch of a lane. Their encoding is what identifies the lane
 * when batches are read, without decoding a string.
 *
 * @param id the lane
 * @param exe path of the executable
 * @param service service name
 * @param images what {@code Event.function} counts in
 */
public record LaneSource(LaneId id, String exe, String service, List<ImageRef> images) {

    static {
        Records.trustGeneratedClasses();
    }

    public LaneSource {
        images = List.copyOf(images);
        if (images.isEmpty() || images.size() > BatchDescriptor.MAX_IMAGES) {
            throw new IllegalArgumentException("images must be 1 to 128, are " + images.size());
        }
    }

    /**
     * Decodes what {@link #encode} made.
     *
     * @param bytes nothing but the encoded fields
     */
    public static LaneSource decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    static LaneSource decode(byte[] bytes, int offset, int length) {
        try {
            BinaryDecoder in = DecoderFactory.get().binaryDecoder(bytes, offset, length, null);
            LaneId id = new SpecificDatumReader<>(LaneId.class).read(null, in);
            String exe = in.readString();
            String service = in.readString();
            List<ImageRef> images = new ArrayList<>();
            SpecificDatumReader<ImageRef> image = new SpecificDatumReader<>(ImageRef.class);
            for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
                for (long i = 0; i < left; i++) {
                    images.add(image.read(null, in));
                }
            }
            return new LaneSource(id, exe, service, images);
        } catch (IOException e) {
            throw new IllegalStateException("a source that was valid no longer is", e);
        }
    }

    /** The encoded fields, as a batch begins with after its header. */
    public byte[] encode() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new SpecificDatumWriter<>(LaneId.class).write(id, out);
            out.writeString(exe);
            out.writeString(service);
            SpecificDatumWriter<ImageRef> image = new SpecificDatumWriter<>(ImageRef.class);
            out.writeArrayStart();
            out.setItemCount(images.size());
            for (ImageRef ref : images) {
                out.startItem();
                image.write(ref, out);
            }
            out.writeArrayEnd();
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("encoding into memory failed", e);
        }
    }
}
