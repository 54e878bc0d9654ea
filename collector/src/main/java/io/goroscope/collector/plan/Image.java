package io.goroscope.collector.plan;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An executable or shared library with Go code, as a file.
 *
 * @param path where it was read from (may be {@code /proc/PID/exe}, or lie under {@code /proc/PID/root})
 * @param displayPath its path as the user knows it
 * @param buildId the GNU build id in hex; else the first 40 hex digits of the SHA-256 of Go's build id; else of the
 *     code's bytes. Never empty.
 * @param compiler which compiler made it
 * @param architecture {@code amd64} or {@code arm64}
 * @param goVersion such as {@code go1.26.8}, or empty where unknown
 * @param module main module's path, or empty
 * @param moduleVersion main module's version, or empty
 * @param settings build settings as {@code go version -m} prints them, such as {@code vcs.revision}
 * @param device device number of the file, as {@code stat} gives it: checked again before attaching
 * @param inode inode of the file: checked again before attaching
 */
public record Image(
        Path path,
        String displayPath,
        String buildId,
        Compiler compiler,
        String architecture,
        String goVersion,
        String module,
        String moduleVersion,
        Map<String, String> settings,
        long device,
        long inode) {

    public Image {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Who made the code. */
    public enum Compiler {
        GC,
        GCCGO
    }
}
