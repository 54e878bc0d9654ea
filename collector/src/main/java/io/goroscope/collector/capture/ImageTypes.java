package io.goroscope.collector.capture;

import io.goroscope.collector.binary.GoBinary;
import io.goroscope.collector.binary.SourceFrame;
import io.goroscope.collector.value.GoType;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.collector.value.Snapshot;
import io.goroscope.collector.value.TypeSource;
import java.util.List;
import java.util.Optional;

/** Types and functions of one image, by their addresses in a process. */
final class ImageTypes implements TypeSource {

    private final GoBinary binary;
    private final Optional<RuntimeTypes> types;
    private final RuntimeTypes.Layout layout;
    private final int typeInTable;

    ImageTypes(GoBinary binary, Optional<RuntimeTypes> types, int typeInTable) {
        this.layout = binary.typeLayout().orElse(null);
        this.binary = binary;
        this.types = types;
        this.typeInTable = typeInTable;
    }

    @Override
    public GoType type(long address, long base, Snapshot memory) {
        if (layout != null && layout.gccgo()) {
            return new RuntimeTypes(new CapturedTypes(memory), layout).at(address);
        }
        return types.map(known -> known.at(address - base)).orElse(null);
    }

    @Override
    public String function(long address, long base) {
        int index = binary.functionAt(address - base);
        return index < 0 ? "" : binary.functionName(index);
    }

    @Override
    public List<SourceFrame> frames(long address, long base) {
        return binary.framesAt(address - base);
    }

    @Override
    public int typeInTable() {
        return typeInTable;
    }
}
