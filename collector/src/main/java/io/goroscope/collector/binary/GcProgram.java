package io.goroscope.collector.binary;

import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.RuntimeLayout;
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
    public GoFunction function(int index, int inlinedCopies) {
        return pclntab.function(index, inlinedCopies);
    }

    @Override
    public Map<String, Integer> inlinedCopies() {
        OptionalLong base = OptionalLong.empty();
        Optional<GoVersion> version = runtime.version();
        if (pclntab.format().relative() && version.isPresent()) {
            ModuleData module = ModuleData.find(elf, words, pclntab.tableAddress());
            base = module == null ? OptionalLong.empty() : module.gofunc(pclntab.format(), version.get());
        }
        return InlinedCalls.count(elf, pclntab, base);
    }

    @Override
    public boolean goroutineInRegister() {
        return runtime.goroutineInRegister();
    }

    @Override
    public RuntimeLayout layout(String displayPath) {
        return runtime.layout(displayPath);
    }
}
