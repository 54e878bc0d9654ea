package io.goroscope.cli.doctor;

import io.goroscope.cli.doctor.Finding.Topic;
import io.goroscope.collector.process.Executables;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What lies around the kernel: libraries, programs, Java, Docker, space. */
final class MachineFindings {

    private static final Path DOCKER_SOCKET = Path.of("/var/run/docker.sock");
    private static final long WANTED_MB = 1024;
    private static final int OLDEST_JAVA = 17;

    private MachineFindings() {}

    static List<Finding> all() {
        List<Finding> all = new ArrayList<>();
        all.add(library("libbpf.so.1", "libbpf1"));
        all.add(library("libcapstone.so.4", "libcapstone4"));
        all.add(java());
        all.add(space(Path.of(System.getProperty("java.io.tmpdir"))));
        all.add(program(Topic.DEMO, "prometheus", "prometheus"));
        all.add(program(Topic.DEMO, "setpriv", "util-linux"));
        for (String[] each : new String[][] {
            {"mvn", "maven"}, {"clang", "clang"}, {"go", "golang-go"}, {"bpftool", "bpftool"}, {"docker", "docker.io"}
        }) {
            Finding found = program(Topic.TESTS, each[0], each[1]);
            all.add(found);
        }
        all.add(docker());
        return List.copyOf(all);
    }

    private static Finding java() {
        int version = Runtime.version().feature();
        return Finding.of(
                Topic.RUNNING,
                "Java",
                version >= OLDEST_JAVA,
                Runtime.version() + " at " + System.getProperty("java.home"));
    }

    private static Finding program(Topic topic, String name, String debianPackage) {
        Optional<Path> found = Executables.find(name);
        return Finding.optional(
                topic,
                name,
                found.isPresent(),
                found.map(Path::toString)
                        .orElse("not on PATH; Debian: apt-get install --no-install-recommends " + debianPackage));
    }

    /** Looks where Debian, Fedora and Alpine keep libraries; what the loader really finds shows when it is used. */
    private static Finding library(String name, String debianPackage) {
        for (Path each : List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/lib"))) {
            Optional<Path> found = find(each, name);
            if (found.isPresent()) {
                return Finding.of(Topic.TRACING, name, true, found.get().toString());
            }
        }
        return Finding.of(Topic.TRACING, name, false, "not found; Debian: apt-get install " + debianPackage);
    }

    private static Optional<Path> find(Path folder, String name) {
        Path here = folder.resolve(name);
        if (Files.exists(here)) {
            return Optional.of(here);
        }
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> below = Files.newDirectoryStream(folder, "*-linux-*")) {
                for (Path each : below) {
                    if (Files.exists(each.resolve(name))) {
                        return Optional.of(each.resolve(name));
                    }
                }
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Finding space(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            long freeMb = store.getUsableSpace() >> 20;
            return Finding.of(
                    Topic.DEMO,
                    "space",
                    freeMb >= WANTED_MB,
                    freeMb + " MB free in " + folder
                            + (freeMb >= WANTED_MB ? "" : "; set TMPDIR to a folder with " + WANTED_MB + " MB"));
        } catch (IOException e) {
            return Finding.of(Topic.DEMO, "space", false, "cannot look at " + folder + ": " + e.getMessage());
        }
    }

    private static Finding docker() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(DOCKER_SOCKET));
            return Finding.optional(Topic.TESTS, "Docker engine", true, "answers at " + DOCKER_SOCKET);
        } catch (IOException e) {
            return Finding.optional(
                    Topic.TESTS,
                    "Docker engine",
                    false,
                    "nothing answers at " + DOCKER_SOCKET + "; ./goroscope test starts one where dockerd is installed");
        }
    }
}
