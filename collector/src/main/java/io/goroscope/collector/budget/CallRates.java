package io.goroscope.collector.budget;

import io.goroscope.collector.kernel.ProbeSession;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls per second since they were asked for last, and goroutines that ended, from the kernel's counters. */
final class CallRates {

    private static final double NS_PER_S = 1e9;

    private final ProbeSession session;
    private Map<Integer, long[]> before = new HashMap<>();
    private long beforeNs;

    CallRates(ProbeSession session) {
        this.session = session;
    }

    /** The processes of the last answer, in its order. */
    List<Integer> processes() {
        return List.copyOf(before.keySet());
    }

    /** One array for each process, by slot, and behind them the goroutines' ends; a process that is new has zeros. */
    double[][] since(long nowNs) {
        Map<Integer, long[]> now = new HashMap<>();
        for (int pid : session.processes()) {
            long[] counts = Arrays.copyOf(session.calls(pid), session.slots() + 1);
            counts[session.slots()] = session.ends(pid);
            now.put(pid, counts);
        }
        double perS = NS_PER_S / Math.max(1, nowNs - beforeNs);
        double[][] rates = new double[now.size()][session.slots() + 1];
        int process = 0;
        for (Map.Entry<Integer, long[]> entry : now.entrySet()) {
            long[] last = before.get(entry.getKey());
            for (int slot = 0; last != null && slot < last.length; slot++) {
                rates[process][slot] = Math.max(0, entry.getValue()[slot] - last[slot]) * perS;
            }
            process++;
        }
        before = now;
        beforeNs = nowNs;
        return rates;
    }
}
