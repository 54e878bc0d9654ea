package io.goroscope.collector.symbols;

import io.goroscope.collector.kernel.StackCount;
import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.FunctionPlan.Probeable;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.schemas.batch.BatchDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the addresses of stacks into frames. Files are opened when they are needed and kept open. Not for several threads.
 */
public final class StackSymbols implements AutoCloseable {

    private final List<ImagePlan> plans;
    private final Map<Integer, Probeable> probed = new HashMap<>();
    private final Map<Path, Optional<ImageSymbols>> images = new HashMap<>();
    private final Map<Integer, MemoryMap> maps = new HashMap<>();

    /**
     * One level of a stack.
     *
     * @param function its name; the file's name in brackets for code that is not Go's; the address where nothing is known
     * @param file source file, or empty
     * @param line from 1; 0 where unknown
     * @param inlined true for a copy inside the next frame
     */
    public record Frame(String function, String file, int line, boolean inlined) {}

    /** @param plans as the session got them: one for each image */
    public StackSymbols(List<ImagePlan> plans) {
        this.plans = List.copyOf(plans);
        for (int image = 0; image < plans.size(); image++) {
            for (FunctionPlan plan : plans.get(image).functions()) {
                if (plan instanceof Probeable probeable) {
                    probed.put(
                            BatchDescriptor.function(image, probeable.function().index()), probeable);
                }
            }
        }
    }

    /** The frames of a stack, the function that was called first. */
    public List<Frame> frames(StackCount stack) {
        if (stack.addresses().isEmpty()) {
            return List.of();
        }
        ImagePlan plan = plans.get(BatchDescriptor.image(stack.function()));
        Probeable callee = probed.get(stack.function());
        long base = stack.addresses().get(0) - callee.entry().address();
        List<Frame> frames = new ArrayList<>();
        frames.add(new Frame(
                callee.function().name(),
                callee.function().file(),
                callee.function().line(),
                false));
        for (long address : stack.addresses().subList(1, stack.addresses().size())) {
            // A return address is behind its call, which may be another line's, or another function's.
            List<Frame> more = framesAt(stack.tgid(), plan, base, address - 1);
            if (more.isEmpty()) {
                break;
            }
            frames.addAll(more);
        }
        return frames;
    }

    private List<Frame> framesAt(int pid, ImagePlan plan, long base, long address) {
        List<Frame> own = image(plan.image().path(), plan.image().displayPath())
                .map(image -> image.frames(address - base))
                .orElse(List.of());
        if (!own.isEmpty()) {
            return own;
        }
        Optional<MemoryMap.Region> region = map(pid, address).at(address);
        if (region.isEmpty()) {
            // C code keeps other things in rbp: what is no code at all ends the stack. Of a process that has ended
            // nobody knows.
            return !maps.getOrDefault(pid, MemoryMap.none()).regions().isEmpty()
                    ? List.of()
                    : List.of(new Frame("0x" + Long.toHexString(address), "", 0, false));
        }
        List<Frame> others = image(region.get().file(), region.get().path())
                .map(image -> image.frames(image.address(region.get().offsetOf(address))))
                .orElse(List.of());
        return others.isEmpty()
                ? List.of(new Frame("[" + Path.of(region.get().path()).getFileName() + "]", "", 0, false))
                : others;
    }

    private Optional<ImageSymbols> image(Path file, String displayPath) {
        return images.computeIfAbsent(file, path -> ImageSymbols.open(path, displayPath));
    }

    /** As it is known, or read anew for an address that is not in it: libraries come while a process runs. */
    private MemoryMap map(int pid, long address) {
        MemoryMap known = maps.getOrDefault(pid, MemoryMap.none());
        if (known.at(address).isPresent()) {
            return known;
        }
        try {
            MemoryMap now = MemoryMap.read(pid);
            maps.put(pid, now);
            return now;
        } catch (IOException e) {
            return known; // it has ended: what was seen of it before still holds
        }
    }

    @Override
    public void close() {
        images.values().forEach(image -> image.ifPresent(ImageSymbols::close));
        images.clear();
    }
}
