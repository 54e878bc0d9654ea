package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.collector.value.RuntimeTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What gc and its linker left: pclntab, build information, module data. */
final class GcProgram implements GoProgram {

    private final Elf elf;
    private final Words words;
    private final Pclntab pclntab;
    private final BuildInfo info;
    private final GoRuntime runtime;
    private OptionalLong funcdataBase;

    private GcProgram(Elf elf, Words words, Pclntab pclntab) {
        this.elf = elf;
        this.words = words;
        this.pclntab = pclntab;
        this.info = BuildInfo.read(elf, words).orElse(BuildInfo.UNKNOWN);
        this.runtime = new GoRuntime(elf, info, pclntab.format());
    }

    /** Empty for a file that gc did not make. */
    static Optional<GoProgram> find(Elf elf) {
        Words words = new Words(elf);
        return PclntabFinder.find(elf, words).map(pclntab -> new GcProgram(elf, words, pclntab));
    }

    @Override
    public Image.Compiler compiler() {
        return Image.Compiler.GC;
    }

    @Override
    public BuildInfo buildInfo() {
        return info;
    }

    @Override
    public int size() {
        return pclntab.size();
    }

    @Override
    public long address(int index) {
        return pclntab.address(index);
    }

    @Override
    public String name(int index) {
        return pclntab.name(index);
    }

    @Override
    public GoFunction function(int index, String name, int inlinedCopies) {
        GoFunction function = pclntab.function(index, name, inlinedCopies);
        if (!pclntab.beginsInlined(index)) {
            return function;
        }
        // The tables know the first instruction's file, which here is another function's.
        List<SourceFrame> frames = framesAt(index, function.address());
        SourceFrame outermost = frames.get(frames.size() - 1);
        return function.withSource(
                outermost.file(), pclntab.format() == PclntabFormat.GO_1_20 ? function.line() : outermost.line());
    }

    @Override
    public Map<String, Integer> inlinedCopies() {
        return InlinedCalls.count(elf, pclntab, funcdataBase());
    }

    @Override
    public List<String> inlinedInto(String function) {
        return InlinedCalls.hosts(elf, pclntab, funcdataBase(), function);
    }

    @Override
    public List<SourceFrame> framesAt(int index, long address) {
        return new LineTable(elf, pclntab, funcdataBase()).framesAt(index, address);
    }

    private synchronized OptionalLong funcdataBase() {
        if (funcdataBase == null) {
            funcdataBase = OptionalLong.empty();
            Optional<GoVersion> version = runtime.version();
            if (pclntab.format().relative() && version.isPresent()) {
                ModuleData module = ModuleData.find(elf, words, pclntab.tableAddress());
                funcdataBase = module == null ? OptionalLong.empty() : module.gofunc(pclntab.format(), version.get());
            }
        }
        return funcdataBase;
    }

    @Override
    public boolean goroutineInRegister() {
        return runtime.goroutineInRegister();
    }

    @Override
    public Optional<RuntimeTypes.Layout> typeLayout() {
        Optional<GoVersion> version = runtime.version();
        ModuleData module = version.isEmpty() ? null : ModuleData.find(elf, words, pclntab.tableAddress());
        if (module == null) {
            return Optional.empty();
        }
        GoVersion release = version.get();
        return Optional.of(new RuntimeTypes.Layout(
                false,
                module.types(release),
                release.atLeast(17),
                !release.atLeast(19),
                module.text(release),
                module.typeLinks(release)));
    }

    @Override
    public RuntimeLayout layout(String displayPath) {
        return runtime.layout(displayPath);
    }
}
