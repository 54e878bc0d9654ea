package io.goroscope.cli.demo;

import io.goroscope.collector.publish.Producers;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code goroscope prepare}: starts and ends what a demo starts, for the launcher, which lets the JVM write down the
 * classes that are loaded on the way. The next starts map them from that file.
 */
@Command(name = "prepare", hidden = true, description = "Loads the classes of the demo, for the launcher.")
public final class PrepareCommand implements Callable<Integer> {

    private static final String CLASS = ".class";

    @Option(names = "--collector", description = "Those of the collector alone: what is mapped counts as its memory.")
    private boolean collector;

    @Override
    public Integer call() throws IOException {
        if (collector) {
            loadClasses(List.of("goroscope-collector", "goroscope-schemas", "picocli"));
            connectToNobody();
            return 0;
        }
        loadClasses(List.of("goroscope-"));
        DemoSteps silent =
                DemoSteps.begin(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try (Closing closing = new Closing()) {
            Path folder = closing.add(WorkFolder.create(Path.of(System.getProperty("java.io.tmpdir"))))
                    .path();
            Pipeline.start(closing, silent, folder, DemoPorts.free(0), Optional::empty);
        }
        return 0;
    }

    /** Kafka's clients load what they need before they find that there is no broker. */
    private static void connectToNobody() {
        Properties client = new Properties();
        client.put("bootstrap.servers", "127.0.0.1:1");
        client.put("max.block.ms", "200");
        Admin admin = Admin.create(client);
        KafkaProducer<byte[], byte[]> producer = Producers.waiting(client);
        try {
            var unused = admin.listTopics();
            producer.partitionsFor("goroscope");
        } catch (TimeoutException e) {
            // As expected.
        } finally {
            admin.close(Duration.ZERO);
            producer.close(Duration.ZERO);
        }
    }

    /** Those that no demo needs, too: {@code list} is over before a class is read from a jar. */
    private static void loadClasses(List<String> jars) throws IOException {
        ClassLoader loader = PrepareCommand.class.getClassLoader();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            String file = Path.of(part).getFileName().toString();
            if (jars.stream().noneMatch(file::startsWith) || !part.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(part)) {
                List<String> names = jar.stream()
                        .map(JarEntry::getName)
                        .filter(name -> name.endsWith(CLASS) && !name.contains("-"))
                        .map(name -> name.substring(0, name.length() - CLASS.length())
                                .replace('/', '.'))
                        .toList();
                for (String name : names) {
                    Class.forName(name, false, loader);
                }
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("a class of " + part + " does not load", e);
            }
        }
    }
}
