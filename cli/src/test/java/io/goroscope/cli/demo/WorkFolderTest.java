package io.goroscope.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {

    @TempDir
    private Path parent;

    @Test
    void shouldRemoveFoldersOfProcessesThatAreGoneAndNoOthers() throws Exception {
        ProcessHandle self = ProcessHandle.current();
        long started = self.info().startInstant().orElseThrow().toEpochMilli();
        Path gone = folder("goroscope-demo-999999999-5");
        Path reusedPid = folder("goroscope-demo-" + self.pid() + "-" + (started - 1));
        Path foreign = folder("goroscope-demo-notes");

        try (WorkFolder mine = WorkFolder.create(parent)) {
            assertThat(gone).doesNotExist();
            assertThat(reusedPid).doesNotExist();
            assertThat(foreign).isDirectory();
            assertThat(mine.path()).isDirectory().hasParent(parent);

            WorkFolder second = WorkFolder.create(parent);
            assertThat(second.path()).isEqualTo(mine.path()).isDirectory();
        }
        assertThat(parent).isDirectoryNotContaining(each -> !each.equals(foreign));
    }

    private Path folder(String name) throws Exception {
        Path folder = Files.createDirectory(parent.resolve(name));
        Files.writeString(Files.createDirectories(folder.resolve("data/wal")).resolve("0"), "x");
        return folder;
    }
}
