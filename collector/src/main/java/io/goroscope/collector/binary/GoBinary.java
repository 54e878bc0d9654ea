package io.goroscope.collector.binary;

import io.goroscope.collector.binary.dwarf.DebugInfo;
import io.goroscope.collector.plan.GoFunction;
import io.goroscope.collector.plan.Image;
import io.goroscope.collector.plan.RuntimeLayout;
import io.goroscope.collector.value.Convention;
import io.goroscope.collector.value.RuntimeTypes;
import io.goroscope.schemas.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;

/**
 * A Go executable or shared library, mapped and not loaded: its functions, its identity, and its runtime's layout.
 *
 * <p>Functions, names and code may be read by several threads. After {@link #close()} nothing of it may be used, views of its code included.
 */
public final class GoBinary implements AutoCloseable {

    private final String displayPath;
    private final Elf elf;
    private final GoProgram program;
    private final Image image;
    private final Mapping mapping;
    private volatile Map<String, Integer> inlinedCopies;
    private Optional<DebugInfo> debugInfo;

    private GoBinary(Path path, String displayPath, Mapping mapping) throws IOException {
        this.displayPath = displayPath;
        this.mapping = mapping;
        Bytes file = new Bytes(mapping.bytes());
        this.elf = ElfGate.open(file, displayPath);
        this.program = GcProgram.find(elf)
                .or(() -> GccgoProgram.find(elf, displayPath))
                .orElseThrow(() -> new UserException("cannot trace " + displayPath
                        + ": it is no Go program (it has no Go function table); give a binary that go build made"));
        BuildInfo info = program.buildInfo();
        this.image = new Image(
                path,
                displayPath,
                BuildId.of(elf),
                program.compiler(),
                elf.machine() == Elf.MACHINE_AMD64 ? "amd64" : "arm64",
                info.version(),
                info.module(),
                info.moduleVersion(),
                info.settings(),
                ((Number) Files.getAttribute(path, "unix:dev")).longValue(),
                ((Number) Files.getAttribute(path, "unix:ino")).longValue());
    }

    /**
     * Maps a file and reads its tables.
     *
     * @param path what to open, such as {@code /proc/PID/exe}
     * @param displayPath how the user knows it; stands in messages
     * @throws UserException if it is not there, is cut off, is no ELF file, is for another machine, or is not Go
     */
    public static GoBinary open(Path path, String displayPath) {
        try {
            if (Files.isDirectory(path)) {
                throw new UserException("cannot read " + displayPath + ": it is a directory; give an executable");
            }
            Mapping mapping = Mapping.of(path, displayPath);
            try {
                return new GoBinary(path, displayPath, mapping);
            } catch (MalformedException e) {
                mapping.close();
                throw new UserException(
                        "cannot read " + displayPath + ": truncated or broken (" + e.getMessage() + ")", e);
            } catch (UserException | IOException e) {
                mapping.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new UserException("cannot read " + displayPath + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new UserException(
                    "cannot read " + displayPath + ": permission denied; run as root or with CAP_DAC_READ_SEARCH", e);
        } catch (IOException e) {
            throw new UserException("cannot read " + displayPath + ": " + e.getMessage(), e);
        }
    }

    /** Whether a file has Go functions: false also for one that cannot be read. */
    public static boolean isGo(Path path) {
        try (GoBinary binary = open(path, path.toString())) {
            return binary.functionCount() > 0;
        } catch (UserException e) {
            return false;
        }
    }

    /**
     * The build id of a file as it is now, as {@link Image#buildId}; empty where it is no ELF file.
     *
     * @throws IOException if it cannot be read
     */
    public static String buildId(Path path) throws IOException {
        try (Mapping mapping = Mapping.of(path, path.toString())) {
            Bytes file = new Bytes(mapping.bytes());
            return Elf.isElf(file) ? BuildId.of(new Elf(file)) : "";
        } catch (MalformedException e) {
            return "";
        }
    }

    /** What is known of the file as a whole. */
    public Image image() {
        return image;
    }

    /**
     * Where the runtime keeps a goroutine's identity.
     *
     * @throws UserException for a Go release that is not known, in a file without debug information
     */
    public RuntimeLayout layout() {
        return program.layout(displayPath);
    }

    /** True where Go code keeps {@code g}, and passes arguments, in registers: Go 1.17 and later. */
    public boolean goroutineInRegister() {
        return program.goroutineInRegister();
    }

    /** How many functions there are. */
    public int functionCount() {
        return program.size();
    }

    /** The name of one function, without reading more about it. */
    public String functionName(int index) {
        return program.name(index);
    }

    /** One function; {@code index} as in {@link GoFunction#index()}. */
    public GoFunction function(int index) {
        return function(index, program.name(index));
    }

    /** The same, with the name that {@link #functionName} gave: names are not read twice for each of 130,000. */
    public GoFunction function(int index, String name) {
        return program.function(index, name, inlinedCopies().getOrDefault(name, 0));
    }

    /**
     * How often each function was inlined into another, by name: calls that no probe sees. Names that have no function
     * of their own are here as well. Empty where the file does not tell.
     */
    public Map<String, Integer> inlinedCopies() {
        Map<String, Integer> copies = inlinedCopies;
        if (copies == null) {
            synchronized (this) {
                copies = inlinedCopies;
                if (copies == null) {
                    copies = Collections.unmodifiableMap(program.inlinedCopies());
                    inlinedCopies = copies;
                }
            }
        }
        return copies;
    }

    /** The functions that one was inlined into; empty where the file does not tell. */
    public List<String> inlinedInto(String function) {
        return program.inlinedInto(function);
    }

    /** All functions in order of their index; each is read when it is asked for, and not kept. */
    public List<GoFunction> functions() {
        return new Functions();
    }

    /** The part of a function's code that the compiler moved elsewhere since it seldom runs. */
    public Optional<GoFunction> coldPart(GoFunction function) {
        return program.coldPart(function.index());
    }

    /**
     * The bytes of a function's code.
     *
     * @return a direct, read-only view into the mapped file
     */
    public ByteBuffer code(GoFunction function) {
        return elf.at(function.address()).slice(0, function.size()).view();
    }

    /** Reads the code of many functions; each thread takes one of its own. */
    public CodeReader codeReader() {
        return new CodeReader(elf, mapping);
    }

    /** Offset in the file, bytes, of a virtual address; −1 where the file does not hold it. */
    public long fileOffset(long address) {
        return elf.fileOffset(address);
    }

    /** Virtual address of an offset in the file, bytes, that holds code; −1 where none does. */
    public long address(long fileOffset) {
        return elf.address(fileOffset);
    }

    /** Index of the function whose code holds an address (or the padding after it); −1 where there is none. */
    public int functionAt(long address) {
        int low = 0;
        int high = program.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (program.address(middle) <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /**
     * Where an instruction stands in the source: the innermost inlined copy first, the function itself last.
     *
     * <p>A return address on a stack is behind its call, which may be another line: ask for one byte less.
     *
     * @return empty where no function's code holds the address
     */
    public List<SourceFrame> framesAt(long address) {
        int index = functionAt(address);
        if (index < 0 || elf.fileOffset(address) < 0) {
            return List.of();
        }
        try {
            return program.framesAt(index, address);
        } catch (MalformedException e) {
            return List.of(new SourceFrame(program.name(index), "", 0, false));
        }
    }

    /** What the file's debug information says; empty where it was stripped. */
    public Optional<DebugInfo> debugInfo() {
        if (debugInfo == null) {
            debugInfo = DebugInfo.of(elf.debugSections());
        }
        return debugInfo;
    }

    /** The types that the runtime itself knows; empty where their layout is not known. */
    public Optional<RuntimeTypes> runtimeTypes() {
        return typeLayout()
                .map(layout -> new RuntimeTypes(
                        new RuntimeTypes.Memory() {
                            private final Words words = new Words(elf);

                            @Override
                            public Bytes at(long address) {
                                return elf.at(address);
                            }

                            @Override
                            public long pointer(long address) {
                                return words.at(address);
                            }
                        },
                        layout));
    }

    /** How these types are laid out. */
    public Optional<RuntimeTypes.Layout> typeLayout() {
        return program.typeLayout();
    }

    /** True for a specialised copy of a function, whose arguments are not where the convention says. */
    public boolean isClone(GoFunction function) {
        return program.isClone(function.index());
    }

    /** How functions pass arguments and results. */
    public Convention convention() {
        if (image.compiler() == Image.Compiler.GCCGO) {
            return Convention.SYSTEM_V;
        }
        return goroutineInRegister() ? Convention.GO_REGISTERS : Convention.GO_STACK;
    }

    @Override
    public void close() {
        mapping.close();
    }

    private final class Functions extends AbstractList<GoFunction> implements RandomAccess {
        @Override
        public GoFunction get(int index) {
            return function(index);
        }

        @Override
        public int size() {
            return functionCount();
        }
    }
}
