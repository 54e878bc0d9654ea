package io.goroscope.collector.process;

import io.goroscope.schemas.avro.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One process among all that ever had its pid: with the boot and its start time.
 *
 * @param host name of the host
 * @param bootId the kernel's boot id
 * @param pid process id in the initial namespace
 * @param startTicks start since boot, clock ticks (100 a second); 0 where the process was gone before it could be read
 * @param exe path of its executable, or empty where it was gone
 */
public record ProcessIdentity(String host, String bootId, int pid, long startTicks, String exe) {

    private static final String BOOT_ID = readBootId();
    /** Field 22 of /proc/PID/stat (proc(5)), counted from the one after the command's name. */
    private static final int START_FIELD = 22 - 3;
    /** The kernel's USER_HZ is 100 on every architecture that we know. */
    private static final long NS_PER_TICK = 10_000_000;

    /** Reads what /proc says; a process that is gone has only its pid left. */
    public static ProcessIdentity read(int pid, String host) {
        Path process = Path.of("/proc", String.valueOf(pid));
        long startTicks = 0;
        String exe = "";
        try {
            String stat = Files.readString(process.resolve("stat"));
            startTicks =
                    Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_FIELD]);
            exe = Files.readSymbolicLink(process.resolve("exe")).toString();
        } catch (IOException e) {
            // It has ended, or has no executable any more: what was read before stands.
            exe = "";
        }
        return new ProcessIdentity(host, BOOT_ID, pid, startTicks, exe);
    }

    /**
     * The same with a start, where the process was gone before it could be read.
     *
     * @param startBootNs its start, ns since boot as the kernel keeps it; 0 if that is not known either
     */
    public ProcessIdentity orStartedAt(long startBootNs) {
        return startTicks != 0 ? this : new ProcessIdentity(host, bootId, pid, startBootNs / NS_PER_TICK, exe);
    }

    /**
     * As it is written into records.
     *
     * @param execId how often it has exec'd since it is traced
     */
    public ProcessId toProcessId(int execId) {
        return new ProcessId(host, bootId, pid, startTicks, execId);
    }

    private static String readBootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "unknown"; // no /proc/sys in some sandboxes; start times then tell processes apart
        }
    }
}
