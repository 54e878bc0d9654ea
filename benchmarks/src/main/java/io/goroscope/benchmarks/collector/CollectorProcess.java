package io.goroscope.benchmarks.collector;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code goroscope collect}, started by the launcher; the launcher becomes the collector, so its process id is the collector's. */
final class CollectorProcess implements AutoCloseable {

    private static final Path LAUNCHER = Path.of(System.getProperty("goroscope.bench", "target/bench"))
            .toAbsolutePath()
            .resolve("../../goroscope")
            .normalize();

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(120);
    private static final double TICKS_PER_S = 100; // USER_HZ: fixed in the user ABI of x86-64 and arm64
    private static final double NS_PER_S = 1e9;
    private static final double KIB_PER_MB = 1e6 / 1024;
    private static final Pattern LAST_STATUS = Pattern.compile("(\\d+) events, (\\d+) lost, (\\d+) refused");

    private final Process process;
    private final Path log;
    private final double startS;

    private CollectorProcess(Process process, Path log, double startS) {
        this.process = process;
        this.log = log;
        this.startS = startS;
    }

    /** Has the launcher build, where that is due, so that no start is slowed by it. */
    static void prepare() throws IOException {
        if (new ProcessBuilder(LAUNCHER.toString(), "build")
                        .inheritIO()
                        .start()
                        .onExit()
                        .join()
                        .exitValue()
                != 0) {
            throw new IOException(LAUNCHER + " build has failed");
        }
    }

    /** Starts it, and waits until it is attached. */
    static CollectorProcess start(Path folder, String broker, String... arguments) throws IOException {
        Path ready = folder.resolve("ready");
        Path log = folder.resolve("collector.log");
        List<String> command = new ArrayList<>(
                List.of(LAUNCHER.toString(), "collect", "-b", broker, "--ready-file", ready.toString()));
        command.addAll(List.of(arguments));
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!Files.exists(ready)) {
            if (!process.isAlive() || System.nanoTime() - begin > LIMIT_NS) {
                process.destroyForcibly();
                throw new IOException("the collector is not ready: " + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return new CollectorProcess(process, log, (System.nanoTime() - begin) / NS_PER_S);
    }

    /** From the start of the launcher until all functions are attached to be counted, s. */
    static double startToCountingS(String spec) throws IOException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(LAUNCHER.toString(), "funccount", "--all", "-d", "0.001", spec)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader said = process.errorReader(StandardCharsets.UTF_8)) {
            String line = said.readLine();
            double startS = (System.nanoTime() - begin) / NS_PER_S;
            if (line == null || !line.contains("attached in")) {
                throw new IOException("goroscope funccount says: " + line);
            }
            said.transferTo(Writer.nullWriter());
            process.onExit().join();
            return startS;
        }
    }

    int pid() {
        return (int) process.pid();
    }

    /** From the start of the launcher until every probe was attached and the broker had answered, s. */
    double startS() {
        return startS;
    }

    /** CPU time of all its threads so far, s. */
    double cpuS() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
        // Fields 14 and 15 of proc(5), utime and stime; the name in field 2 may hold blanks.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_S;
    }

    /** Resident memory now, MB. */
    double residentMb() throws IOException {
        return status("VmRSS");
    }

    /** Resident memory at its peak, MB. */
    double peakMb() throws IOException {
        return status("VmHWM");
    }

    private double status(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MB;
            }
        }
        throw new IOException("/proc/" + pid() + "/status has no " + field);
    }

    /** Ends it by SIGTERM and returns how many events it sent; throws where it lost or refused any. */
    long stopAndCountEvents() throws IOException {
        process.destroy();
        process.onExit().join();
        Matcher last = LAST_STATUS.matcher(Files.readString(log, StandardCharsets.UTF_8));
        if (!last.find()) {
            throw new IOException("the collector has not told its end: " + Files.readString(log));
        }
        long events = -1;
        do {
            events = Long.parseLong(last.group(1));
            if (!last.group(2).equals("0") || !last.group(3).equals("0")) {
                throw new IOException("the collector lost or refused events: " + last.group());
            }
        } while (last.find());
        return events;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
