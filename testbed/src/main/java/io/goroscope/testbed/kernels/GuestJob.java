package io.goroscope.testbed.kernels;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * A command to run in the virtual machine.
 *
 * @param name of the job in its result
 * @param command absolute path of the executable, and its arguments
 * @param limitS seconds after which it is killed
 * @param files paths whose content is wanted after it has ended
 */
public record GuestJob(
        String name,
        List<String> command,
        @JsonProperty("limit_s") int limitS,
        List<String> files) {

    public GuestJob {
        command = List.copyOf(command);
        files = List.copyOf(files);
    }

    /**
     * How it ended.
     *
     * @param code exit code; 124 where the limit was over, 127 where it could not be started
     * @param seconds of the virtual machine's time
     * @param files by path; one that is missing is named in {@code stderr}
     */
    public record Result(
            String name, int code, double seconds, String stdout, String stderr, Map<String, String> files) {}
}
