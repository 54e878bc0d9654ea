package io.goroscope.sink.table;

import io.goroscope.schemas.avro.ProcessId;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One life of one program, as {@link ProcessId} has it.
 *
 * @param host host name
 * @param bootId the kernel's boot id
 * @param pid process id in the initial namespace
 * @param startTicks start since boot, clock ticks
 * @param execId how often it exec'd
 */
public record ProcessLife(String host, String bootId, int pid, long startTicks, int execId) {

    static ProcessLife of(ProcessId id) {
        return new ProcessLife(id.getHost(), id.getBootId(), id.getPid(), id.getStartTicks(), id.getExecId());
    }

    /**
     * The value of the label {@code process}: {@code host/pid-xxxxxxxx}. Pids come again, so the last part, a checksum
     * of boot, start and exec, tells two lives of one pid apart; the label is the same in every sink.
     */
    public String label() {
        CRC32C crc = new CRC32C();
        crc.update((bootId + '/' + startTicks + '/' + execId).getBytes(StandardCharsets.UTF_8));
        return "%s/%d-%08x".formatted(host, pid, crc.getValue());
    }
}
