package io.goroscope.e2e;

import com.github.dockerjava.api.model.Capability;

/** What docker-compose.yml gives and takes. */
final class Capabilities {

    static final Capability ALL = Capability.ALL;

    private Capabilities() {}

    /** Those of the collector, by what the engine knows. */
    static Capability[] collector() {
        return Docker.knowsBpfCapabilities()
                ? new Capability[] {
                    Capability.BPF, Capability.PERFMON, Capability.SYS_PTRACE, Capability.DAC_READ_SEARCH
                }
                : new Capability[] {
                    Capability.SYS_ADMIN, Capability.SYSLOG, Capability.SYS_PTRACE, Capability.DAC_READ_SEARCH
                };
    }
}
