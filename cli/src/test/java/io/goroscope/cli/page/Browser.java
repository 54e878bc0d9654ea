package io.goroscope.cli.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.cli.broker.FolderTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A headless Chromium, driven by the DevTools protocol. */
final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROGRAM = "/usr/bin/chromium";
    private static final String LISTENING = "DevTools listening on ";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long STEP_NS = 100_000_000;

    private final Path profile;
    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    Browser() throws Exception {
        this.profile = Files.createTempDirectory("goroscope-browser-");
        this.process = new ProcessBuilder(
                        PROGRAM,
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        HttpClient http = HttpClient.newHttpClient();
        this.socket = http.newWebSocketBuilder()
                .buildAsync(pageOf(http, debugger()), new Listener())
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        call("Page.enable", "{}");
        call("Runtime.enable", "{}");
        call("Log.enable", "{}");
        call("Network.enable", "{}");
        call("Emulation.setScrollbarsHidden", "{\"hidden\":true}");
    }

    static boolean present() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    private URI debugger() throws IOException {
        BufferedReader err =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        for (String line = err.readLine(); line != null; line = err.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread drain = new Thread(() -> err.lines().forEach(any -> {}), "browser-stderr");
                drain.setDaemon(true);
                drain.start();
                return URI.create(line.substring(LISTENING.length()).trim());
            }
        }
        throw new IOException(PROGRAM + " ended without listening");
    }

    private static URI pageOf(HttpClient http, URI debugger) throws Exception {
        URI list = URI.create("http://" + debugger.getAuthority() + "/json/list");
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            JsonNode targets =
                    JSON.readTree(http.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                            .body());
            for (JsonNode each : targets) {
                if (each.path("type").asText().equals("page")) {
                    return URI.create(each.path("webSocketDebuggerUrl").asText());
                }
            }
            LockSupport.parkNanos(STEP_NS);
        }
        throw new IOException("no page in " + list);
    }

    JsonNode call(String method, String parameters) throws Exception {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.readTree(parameters));
        socket.sendText(message.toString(), true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        JsonNode result = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (result.has("error")) {
            throw new AssertionError(method + ": " + result.get("error"));
        }
        return result.path("result");
    }

    void open(String url) throws Exception {
        call("Page.navigate", JSON.createObjectNode().put("url", url).toString());
        await("location.href.startsWith('" + url + "') && document.readyState === 'complete'");
    }

    void size(int width, int height, double scale) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", scale)
                        .put("mobile", false)
                        .toString());
    }

    void prefer(String scheme) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
    }

    /** The value of a JavaScript expression. */
    JsonNode evaluate(String expression) throws Exception {
        JsonNode result = call(
                "Runtime.evaluate",
                JSON.createObjectNode()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true)
                        .toString());
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    String text(String expression) throws Exception {
        return evaluate(expression).asText();
    }

    /** Waits until an expression is true. */
    void await(String expression) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!evaluate(expression).asBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "not within " + LIMIT.toSeconds() + " s: " + expression + "; complaints: " + complaints);
            }
            LockSupport.parkNanos(STEP_NS);
        }
    }

    /** Presses a key as a keyboard does. */
    void press(String key) throws Exception {
        ObjectNode event = JSON.createObjectNode().put("key", key).put("code", key);
        if (key.length() == 1) {
            event.put("text", key);
        } else if (key.equals("Enter")) {
            event.put("text", "\r").put("windowsVirtualKeyCode", 13);
        }
        call("Input.dispatchKeyEvent", event.put("type", "keyDown").toString());
        call("Input.dispatchKeyEvent", event.put("type", "keyUp").toString());
    }

    void moveMouse(int x, int y) throws Exception {
        call(
                "Input.dispatchMouseEvent",
                JSON.createObjectNode()
                        .put("type", "mouseMoved")
                        .put("x", x)
                        .put("y", y)
                        .toString());
    }

    /** Saves what is seen, the whole page. */
    void screenshot(Path file) throws Exception {
        JsonNode shot = call("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":true}");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
    }

    /** Exceptions, refusals by the content policy, and failed requests so far. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    @Override
    public void close() throws IOException {
        // Its children write into the profile until they have ended.
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        socket.abort();
        process.destroy();
        for (ProcessHandle each : all) {
            each.onExit()
                    .completeOnTimeout(each, LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .join()
                    .destroyForcibly();
        }
        FolderTree.delete(profile);
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                take(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void take(String text) {
            try {
                JsonNode node = JSON.readTree(text);
                if (node.has("id")) {
                    CompletableFuture<JsonNode> answer =
                            answers.remove(node.get("id").asInt());
                    if (answer != null) {
                        answer.complete(node);
                    }
                } else if (node.path("method").asText().equals("Runtime.exceptionThrown")
                        || (node.path("method").asText().equals("Log.entryAdded")
                                && node.path("params")
                                        .path("entry")
                                        .path("level")
                                        .asText()
                                        .equals("error"))) {
                    complaints.add(node.path("params").toString());
                }
            } catch (IOException e) {
                complaints.add("unreadable: " + text);
            }
        }
    }
}
