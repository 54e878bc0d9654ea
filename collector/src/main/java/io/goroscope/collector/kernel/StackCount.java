package io.goroscope.collector.kernel;

import java.util.List;

/**
 * How many calls came by one way.
 *
 * @param tgid the process
 * @param execId low 8 bits of the kernel's self_exec_id: which life of the process
 * @param function the function that was called, numbered as by {@link ProbeSession#functionOf}
 * @param addresses virtual addresses in the process: the probed place, then return addresses, the innermost first; empty
 *     where the stack found no room
 * @param calls calls since the probes were attached
 */
public record StackCount(int tgid, int execId, int function, List<Long> addresses, long calls) {

    public StackCount {
        addresses = List.copyOf(addresses);
    }
}
