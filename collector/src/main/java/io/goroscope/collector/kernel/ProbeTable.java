package io.goroscope.collector.kernel;

import io.goroscope.collector.plan.FunctionPlan;
import io.goroscope.collector.plan.ImagePlan;
import io.goroscope.collector.plan.Place;
import io.goroscope.schemas.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;

/**
 * Which program goes where: numbers the functions of a session densely (a function's <em>slot</em>) and sorts their places
 * by the program that runs there.
 */
final class ProbeTable {

    /** What the programs in {@code goroscope.bpf.c} are there for. */
    enum Program {
        COUNT,
        ENTRY,
        RETURN,
        MARKER,
        /** The marker that every goroutine hits once. */
        END
    }

    private static final int FUNCTION_BITS = 24;

    private final List<Map<Program, ProbeSet>> images = new ArrayList<>();
    private final List<SessionConfig.Layout> layouts = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private int[] functions = new int[16];
    private final BitSet stepped = new BitSet();
    private int slots;
    private final boolean executeReturns;

    /** @param executeReturns whether the kernel lets a program execute a {@code ret} */
    ProbeTable(List<ImagePlan> plans, List<ImageFile> files, SessionOptions options, boolean executeReturns) {
        this.executeReturns = executeReturns;
        for (int image = 0; image < plans.size(); image++) {
            Map<Program, ProbeSet> sets = new EnumMap<>(Program.class);
            for (Program program : Program.values()) {
                sets.put(program, new ProbeSet());
            }
            images.add(sets);
            add(image, plans.get(image), files.get(image), options);
        }
    }

    int slots() {
        return slots;
    }

    /** Image index << 24 | number of the function in its image. */
    int functionOf(int slot) {
        if (slot < 0 || slot >= slots) {
            throw new IllegalArgumentException("slot must be between 0 and " + (slots - 1) + ", not " + slot);
        }
        return functions[slot];
    }

    ProbeSet probes(int image, Program program) {
        return images.get(image).get(program);
    }

    List<SessionConfig.Layout> layouts() {
        return layouts;
    }

    List<LeftOut> leftOut() {
        return leftOut;
    }

    int probes() {
        return images.stream()
                .flatMap(sets -> sets.values().stream())
                .mapToInt(ProbeSet::count)
                .sum();
    }

    int images() {
        return images.size();
    }

    /** The functions at which a program is to run. */
    BitSet slotsOf(Program program) {
        BitSet found = new BitSet();
        for (Map<Program, ProbeSet> sets : images) {
            for (long cookie : sets.get(program).cookies()) {
                found.set(Cookie.slot(cookie));
            }
        }
        return found;
    }

    /** The functions whose entry the kernel single-steps. */
    BitSet steppedEntries() {
        return (BitSet) stepped.clone();
    }

    boolean hasMarkers() {
        return images.stream()
                .anyMatch(sets ->
                        sets.get(Program.MARKER).count() + sets.get(Program.END).count() > 0);
    }

    private void add(int image, ImagePlan plan, ImageFile file, SessionOptions options) {
        int layout = layoutOf(plan, file);
        boolean pairs = options.mode() == SessionOptions.Mode.PAIRS;
        LongHashSet taken = new LongHashSet();
        Long2LongHashMap slotByEntry = new Long2LongHashMap(Cookie.NO_SLOT);
        for (FunctionPlan function : plan.functions()) {
            if (function instanceof FunctionPlan.Probeable probeable) {
                String obstacle = obstacle(probeable, pairs, taken);
                if (obstacle != null) {
                    leftOut.add(new LeftOut(image, probeable.function(), obstacle));
                } else {
                    slotByEntry.put(probeable.entry().fileOffset(), slots);
                    addFunction(image, probeable, layout, pairs, file);
                }
            }
        }
        if (pairs) {
            addMarkers(image, plan.markers(), layout, slotByEntry);
        }
    }

    /** A marker that is traced as a function as well says so by its slot: its own frame is none that it found dead. */
    private void addMarkers(int image, List<Place> markers, int layout, Long2LongHashMap slotByEntry) {
        LongHashSet taken = new LongHashSet();
        for (Place marker : markers) {
            if (Cookie.fits(marker) && taken.add(marker.fileOffset())) {
                int slot = (int) slotByEntry.get(marker.fileOffset());
                Program program = marker.kind() == Place.Kind.GOROUTINE_END ? Program.END : Program.MARKER;
                probes(image, program).add(marker.fileOffset(), Cookie.of(marker, slot, layout, false));
            }
        }
    }

    private void addFunction(int image, FunctionPlan.Probeable plan, int layout, boolean pairs, ImageFile file) {
        int slot = newSlot(image, plan.function().index());
        // What never returns is never opened as a frame, so its entries are of no use to anybody.
        boolean send = pairs && !plan.returns().isEmpty();
        Place entry = plan.entry();
        stepped.set(slot, entry.singleStepped());
        probes(image, send ? Program.ENTRY : Program.COUNT)
                .add(entry.fileOffset(), Cookie.of(entry, slot, layout, false));
        if (!send) {
            return;
        }
        for (Place place : plan.returns()) {
            boolean executable =
                    executeReturns && place.kind() == Place.Kind.RETURN && file.isPlainRet(place.fileOffset());
            probes(image, Program.RETURN).add(place.fileOffset(), Cookie.of(place, slot, layout, executable));
        }
    }

    /** Why a function cannot be probed, or null; then its places are taken. No offset is ever probed twice. */
    private static String obstacle(FunctionPlan.Probeable plan, boolean pairs, LongHashSet taken) {
        List<Place> places = new ArrayList<>();
        places.add(plan.entry());
        if (pairs) {
            places.addAll(plan.returns());
        }
        LongHashSet own = new LongHashSet();
        for (Place place : places) {
            if (!Cookie.fits(place)) {
                return "the stack pointer is %d bytes below the call's at 0x%x"
                        .formatted(place.spDelta(), place.address());
            }
            if (taken.contains(place.fileOffset()) || !own.add(place.fileOffset())) {
                return "its code at 0x%x is shared with another probe".formatted(place.address());
            }
        }
        taken.addAll(own);
        return null;
    }

    private int newSlot(int image, int function) {
        if (slots == Cookie.NO_SLOT) {
            throw new UserException("cannot attach to more than " + Cookie.NO_SLOT + " functions at once");
        }
        if (slots == functions.length) {
            functions = Arrays.copyOf(functions, slots * 2);
        }
        functions[slots] = image << FUNCTION_BITS | function;
        return slots++;
    }

    private int layoutOf(ImagePlan plan, ImageFile file) {
        SessionConfig.Layout layout = layout(plan, file);
        int known = layouts.indexOf(layout);
        if (known >= 0) {
            return known;
        }
        if (layouts.size() == Cookie.MAX_LAYOUTS) {
            throw new UserException("cannot attach to images with more than " + Cookie.MAX_LAYOUTS
                    + " different layouts of the Go runtime at once; trace fewer of them");
        }
        layouts.add(layout);
        return layouts.size() - 1;
    }

    /** Reads the code around the call in __morestack. Code has one distance of address and offset, so any place tells it. */
    private static SessionConfig.Layout layout(ImagePlan plan, ImageFile file) {
        long back = plan.layout().morestackReturnAddress();
        Place any = anyPlace(plan);
        if (back == 0 || any == null) {
            return new SessionConfig.Layout(plan.layout(), 0, 0);
        }
        long offset = back - any.address() + any.fileOffset() - SessionConfig.SIGNATURE_BEFORE;
        ByteBuffer code = ByteBuffer.wrap(file.read(offset, SessionConfig.SIGNATURE_BYTES))
                .order(ByteOrder.nativeOrder());
        return new SessionConfig.Layout(plan.layout(), code.getLong(0), code.getLong(8));
    }

    private static Place anyPlace(ImagePlan plan) {
        for (FunctionPlan function : plan.functions()) {
            if (function instanceof FunctionPlan.Probeable probeable) {
                return probeable.entry();
            }
        }
        return plan.markers().isEmpty() ? null : plan.markers().get(0);
    }
}
