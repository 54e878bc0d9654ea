package io.goroscope.cli;

/** What is said where values in vector registers cannot be had. */
public final class LacksVectors {

    public static final String TEXT =
            "floating-point values in vector registers are <xmm>: reading them takes Linux 6.6 and the right to give"
                    + " threads real-time priority (CAP_SYS_NICE)";

    private LacksVectors() {}
}
