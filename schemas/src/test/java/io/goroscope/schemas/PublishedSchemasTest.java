package io.goroscope.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

/**
 * Every schema that was ever published stays readable, and today's records can be read by yesterday's readers.
 *
 * <p>After a change of a schema this test names the file to add; {@code mvn -pl schemas test
 * -Dgoroscope.schemas.publish=true} writes it.
 */
class PublishedSchemasTest {

    private static final Path FOLDER = Path.of("src/main/resources/io/goroscope/schemas/published");

    @Test
    void shouldHavePublishedEveryCurrentSchema() throws IOException {
        if (Boolean.getBoolean("goroscope.schemas.publish")) {
            publish();
        }
        for (Schema schema : WireSchemas.current()) {
            assertThat(FOLDER.resolve(WireSchemas.fileName(schema)))
                    .as("publish the changed schema: mvn -pl schemas test -Dgoroscope.schemas.publish=true")
                    .exists();
        }
        assertThat(Files.readAllLines(FOLDER.resolve("index")))
                .allSatisfy(name -> assertThat(FOLDER.resolve(name)).exists());
    }

    @Test
    void shouldReadOldRecordsAndBeReadByOldReaders() {
        for (Schema published : WireSchemas.published().values()) {
            Schema current = WireSchemas.current().stream()
                    .filter(schema -> schema.getFullName().equals(published.getFullName()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no current schema for " + published.getFullName()));
            assertCompatible(current, published);
            assertCompatible(published, current);
        }
    }

    private static void assertCompatible(Schema reader, Schema writer) {
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                        .getType())
                .as("%s read by %s", WireSchemas.fileName(writer), WireSchemas.fileName(reader))
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    private static void publish() throws IOException {
        List<String> index = Files.readAllLines(FOLDER.resolve("index"));
        for (Schema schema : WireSchemas.current()) {
            String name = WireSchemas.fileName(schema);
            if (!index.contains(name)) {
                Files.writeString(FOLDER.resolve(name), schema.toString(true) + "\n");
                index.add(name);
            }
        }
        index.sort(null);
        Files.write(FOLDER.resolve("index"), index);
    }
}
