package io.goroscope.cli.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.javalin.http.sse.SseClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** One browser's stream of frames. A browser that is slow misses frames and delays nobody. */
final class LiveStream {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new SimpleModule().addSerializer(new BucketsJson()));

    private final SseClient client;
    private final String event;
    private final Supplier<Object> frames;
    private final AtomicBoolean busy = new AtomicBoolean();

    /**
     * @param client the browser
     * @param event name of the event
     * @param frames gives the next frame; called by one thread at a time
     */
    LiveStream(SseClient client, String event, Supplier<Object> frames) {
        this.client = client;
        this.event = event;
        this.frames = frames;
    }

    boolean terminated() {
        return client.terminated();
    }

    /** Sends the next frame, unless the one before it is still on its way. */
    void tick(ExecutorService threads) {
        if (busy.compareAndSet(false, true)) {
            threads.execute(() -> {
                try {
                    client.sendEvent(event, JSON.writeValueAsString(frames.get()));
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException("frames are plain records", e);
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    void close() {
        client.close();
    }
}
