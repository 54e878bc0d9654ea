package io.goroscope.schemas.batch;

import io.goroscope.schemas.avro.ImageRef;
import io.goroscope.schemas.avro.LaneId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
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

    public LaneSource {
        images = List.copyOf(images);
        if (images.isEmpty() || images.size() > BatchDescriptor.MAX_IMAGES) {
            throw new IllegalArgumentException("images must be 1 to 128, are " + images.size());
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
