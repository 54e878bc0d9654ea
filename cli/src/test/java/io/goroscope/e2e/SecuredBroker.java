package io.goroscope.e2e;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.rights.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;

/**
 * The embedded broker as a secured cluster: TLS, SASL/SCRAM, and nothing is allowed that no ACL allows. There is a user for
 * each part of the pipeline, and an administrator.
 */
final class SecuredBroker implements AutoCloseable {

    /** Of every user; nobody may ever print it. */
    static final String PASSWORD = "a-secret-of-this-test";

    private static final String ADMIN = "admin";
    private static final String MECHANISM = "SCRAM-SHA-512";

    private final Path folder;
    private final EmbeddedBroker broker;
    private final Admin admin;

    /** Starts it, with users and without rights. */
    SecuredBroker(Path folder) throws Exception {
        this.folder = folder;
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=broker", "-ext", "san=ip:127.0.0.1", "-validity", "2");
        keytool("-exportcert", "-rfc", "-file", certificate().toString());
        this.broker = EmbeddedBroker.create(folder.resolve("kafka"), settings());
        Properties plain = clientOf(ADMIN, "PLAIN", "plain.PlainLoginModule");
        this.admin = Admin.create(plain);
        List<UserScramCredentialAlteration> users = new ArrayList<>();
        for (Part part : Part.values()) {
            users.add(new UserScramCredentialUpsertion(
                    user(part), new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD));
        }
        admin.alterUserScramCredentials(users).all().get();
    }

    private Map<String, String> settings() {
        Map<String, String> all = new HashMap<>();
        // Listeners keep their names; what they speak is another thing.
        all.put("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT");
        all.put("sasl.enabled.mechanisms", "PLAIN," + MECHANISM);
        all.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        all.put(
                "listener.name.plaintext.plain.sasl.jaas.config",
                jaas("plain.PlainLoginModule", ADMIN, " user_" + ADMIN + "=\"" + PASSWORD + "\""));
        all.put("listener.name.plaintext.scram-sha-512.sasl.jaas.config", jaas("scram.ScramLoginModule", ADMIN, ""));
        all.put("ssl.keystore.location", keystore().toString());
        all.put("ssl.keystore.type", "PKCS12");
        all.put("ssl.keystore.password", PASSWORD);
        all.put("ssl.truststore.location", certificate().toString());
        all.put("ssl.truststore.type", "PEM");
        all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        all.put("allow.everyone.if.no.acl.found", "false");
        // The controller's own listener is within the process and has no users.
        all.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        return all;
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** What a user of the part puts into the file for {@code --kafka-config}. */
    Properties client(Part part) {
        return clientOf(user(part), MECHANISM, "scram.ScramLoginModule");
    }

    /** The same as a file. */
    Path clientFile(Part part) throws IOException {
        Path file = folder.resolve(part + ".properties");
        try (var out = Files.newBufferedWriter(file)) {
            client(part).store(out, null);
        }
        return file;
    }

    private Properties clientOf(String user, String mechanism, String module) {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        client.put("security.protocol", "SASL_SSL");
        client.put("sasl.mechanism", mechanism);
        client.put("sasl.jaas.config", jaas(module, user, ""));
        client.put("ssl.truststore.location", certificate().toString());
        client.put("ssl.truststore.type", "PEM");
        return client;
    }

    /** Gives rights; returns once they hold. */
    void allow(Collection<AclBinding> rights) throws Exception {
        admin.createAcls(rights).all().get();
        await(rights, true);
    }

    /** Takes rights away; returns once they no longer hold. */
    void deny(Collection<AclBinding> rights) throws Exception {
        admin.deleteAcls(rights.stream().map(AclBinding::toFilter).toList())
                .all()
                .get();
        await(rights, false);
    }

    private void await(Collection<AclBinding> rights, boolean held) throws Exception {
        Collection<AclBinding> now;
        do {
            now = admin.describeAcls(AclBindingFilter.ANY).values().get();
        } while (held ? !now.containsAll(rights) : now.stream().anyMatch(rights::contains));
    }

    private static String user(Part part) {
        return part.principal().substring("User:".length());
    }

    private static String jaas(String module, String user, String more) {
        return "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\"%s;"
                .formatted(module, user, PASSWORD, more);
    }

    private Path keystore() {
        return folder.resolve("broker.p12");
    }

    private Path certificate() {
        return folder.resolve("broker.pem");
    }

    private void keytool(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-alias",
                "broker",
                "-keystore",
                keystore().toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        words.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + output);
        }
    }

    @Override
    public void close() {
        admin.close();
        broker.close();
    }
}
