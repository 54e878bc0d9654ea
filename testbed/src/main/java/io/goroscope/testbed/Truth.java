package io.goroscope.testbed;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a program says about its own calls.
 *
 * @param pid of the process
 * @param go {@code runtime.Version()}
 * @param compiler {@code gc} or {@code gccgo}
 * @param generation how often the process had replaced itself by exec
 * @param seed of its random numbers
 * @param isFinal false where the program goes on
 * @param migrations calls that began on one thread and were seen to go on on another
 * @param stackMoves stacks that were seen to be copied under open calls
 * @param problems in what the truth does not agree with itself; empty, or the program ends with exit code 3
 * @param uncounted functions of package main that are not counted
 * @param functions the counts
 * @param edges counts of some callers and callees: only those that the program keeps
 * @param log the calls that the program remembers one by one
 * @param logDropped how many more there were
 */
public record Truth(
        long pid,
        String go,
        String compiler,
        int generation,
        long seed,
        @JsonProperty("final") boolean isFinal,
        long migrations,
        @JsonProperty("stack_moves") long stackMoves,
        List<String> problems,
        List<String> uncounted,
        List<Function> functions,
        List<Edge> edges,
        List<Call> log,
        @JsonProperty("log_dropped") long logDropped) {

    /** What sort of function it is, which says what a tracer may refuse. */
    public enum Kind {
        /** Has a frame and a prologue: a tracer has to see each call. */
        NORMAL,
        /** Made by the compiler around a method. */
        WRAPPER,
        /** Made by the compiler; leaves by a jump, so its calls may have no return of their own. */
        TAIL,
        /** Straight-line code without a prologue: only a costly place can count it. */
        LEAF,
        /** Its code has no return: a tracer can count it, and no more. */
        ENDLESS,
        /** Runs while the program replaces itself: the program cannot say how often. */
        NOISE
    }

    /**
     * The truth about one function.
     *
     * @param name as the linker has it
     * @param calls how often it was called
     * @param returns how many of these calls returned, or ended in a jump
     * @param abandoned how many were unwound, by reason
     * @param open how many were open
     */
    public record Function(String name, Kind kind, long calls, long returns, Abandoned abandoned, long open) {

        Function named(String other) {
            return new Function(other, kind, calls, returns, abandoned, open);
        }

        /** Adds a function that cannot be told apart from this one by its name. */
        Function plus(Function other) {
            return new Function(
                    name,
                    kind,
                    calls + other.calls,
                    returns + other.returns,
                    new Abandoned(abandoned.panic + other.abandoned.panic, abandoned.goexit + other.abandoned.goexit),
                    open + other.open);
        }
    }

    /**
     * Calls that were unwound.
     *
     * @param panic by a panic
     * @param goexit by {@code runtime.Goexit}
     */
    public record Abandoned(long panic, long goexit) {}

    /** How often {@code from} was the nearest traced function around a call of {@code to} that returned. */
    public record Edge(String from, String to, long calls) {}

    /**
     * One call.
     *
     * @param id its number, which is also its first argument
     * @param goid of its goroutine
     * @param startNs CLOCK_MONOTONIC right after its entry, ns
     * @param endNs CLOCK_MONOTONIC right before its return, ns
     */
    public record Call(
            String function,
            long id,
            long goid,
            @JsonProperty("start_ns") long startNs,
            @JsonProperty("end_ns") long endNs) {}

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(com.fasterxml.jackson.databind.MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * Reads a truth.
     *
     * @param json one line, as the program prints it after {@code truth}
     */
    public static Truth parse(String json) {
        try {
            return JSON.readValue(json, Truth.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not a truth: " + json, e);
        }
    }

    /**
     * Reads a truth from a file.
     *
     * @param file that {@code -truth-file} named
     */
    public static Truth read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the truth in " + file, e);
        }
    }

    /**
     * The truth of a process that has replaced itself: its lives together. What is kept one by one is the last life's.
     *
     * @param lives in their order, at least one
     */
    public static Truth sum(List<Truth> lives) {
        Map<String, Function> functions = new TreeMap<>();
        lives.forEach(
                life -> life.functions.forEach(function -> functions.merge(function.name(), function, Function::plus)));
        Truth last = lives.get(lives.size() - 1);
        return new Truth(
                last.pid,
                last.go,
                last.compiler,
                last.generation,
                last.seed,
                last.isFinal,
                lives.stream().mapToLong(Truth::migrations).sum(),
                lives.stream().mapToLong(Truth::stackMoves).sum(),
                lives.stream().flatMap(life -> life.problems.stream()).toList(),
                last.uncounted,
                List.copyOf(functions.values()),
                last.edges,
                last.log,
                last.logDropped);
    }

    /** The functions by name. */
    public Map<String, Function> byName() {
        Map<String, Function> map = new TreeMap<>();
        functions.forEach(function -> map.put(function.name(), function));
        return map;
    }
}
