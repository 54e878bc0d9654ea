package io.goroscope.cli.page;

import io.goroscope.cli.page.Frames.Overview;
import io.goroscope.cli.page.OverviewFrames.RowKey;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.UserException;
import io.goroscope.sink.feed.FeedConfig;
import io.goroscope.sink.feed.TopicFeed;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.sse.SseClient;
import io.javalin.http.staticfiles.Location;
import io.javalin.util.JavalinBindException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The live page, served on the loopback address. */
public final class LivePage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LivePage.class);
    private static final String HOST = "127.0.0.1";
    private static final Set<String> NAMES = Set.of("127.0.0.1", "localhost");
    private static final Set<Kind> KINDS = Set.of(Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH, Kind.LATENCY);
    private static final long WINDOW_RECORDS = 200_000;
    private static final long FRAME_MS = 1_000;
    private static final int MAX_THREADS = 24;
    private static final int MIN_THREADS = 4;

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final PageModel model;
    private final TopicFeed feed;
    private final List<LiveStream> streams = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(daemons("page-clock"));
    private final ExecutorService senders = Executors.newCachedThreadPool(daemons("page-send"));
    private final OverviewFrames overviews;
    private final Javalin http;
    private volatile Overview overview;

    private LivePage(PageConfig config, PageModel model, TopicFeed feed) {
        this.model = model;
        this.feed = feed;
        this.overviews =
                new OverviewFrames(model, feed.status(), new PipelineFrames(model, feed.status(), config.probeCost()));
        this.overview = overviews.frame(System.currentTimeMillis());
        this.http = Javalin.create(LivePage::configure)
                .before(LivePage::guard)
                .sse("/live/overview", this::streamOverview)
                .sse("/live/function", this::streamFunction);
    }

    /**
     * Connects to Kafka and serves.
     *
     * @throws UserException if no broker answers, a topic is not there, or the port is taken
     */
    public static LivePage start(PageConfig config) {
        PageModel model = new PageModel();
        FeedConfig source = new FeedConfig(
                config.bootstrapServers(),
                config.topics(),
                KINDS,
                WINDOW_RECORDS,
                "goroscope-page",
                config.clientProperties());
        LivePage page = new LivePage(config, model, TopicFeed.start(source, model));
        try {
            page.http.start(HOST, config.port());
        } catch (JavalinBindException e) {
            page.close();
            throw new UserException(
                    "cannot serve the live page on " + HOST + ":" + config.port()
                            + ": the port is taken; choose another one, or 0 for a free one",
                    e);
        }
        ScheduledFuture<?> unused = page.clock.scheduleAtFixedRate(page::tick, 0, FRAME_MS, TimeUnit.MILLISECONDS);
        return page;
    }

    private static void configure(JavalinConfig config) {
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.http.generateEtags = true;
        config.jetty.threadPool = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
        config.staticFiles.add(files -> {
            files.directory = "/page";
            files.location = Location.CLASSPATH;
            files.hostedPath = "/";
        });
    }

    /** Refuses requests by another name than this host's own, and tells the browser to load nothing from elsewhere. */
    private static void guard(Context context) {
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        String host = context.host();
        String name = host == null ? "" : host.replaceFirst(":\\d+$", "");
        if (!NAMES.contains(name)) {
            throw new ForbiddenResponse("this page answers to localhost only");
        }
    }

    /** Where the page is. */
    public String url() {
        return "http://" + HOST + ":" + http.port() + "/";
    }

    /** Completes when the page can show the first paired call. */
    public CompletableFuture<Void> firstPairSeen() {
        return model.firstPair().copy();
    }

    private void streamOverview(SseClient client) {
        begin(new LiveStream(client, "overview", () -> overview), client);
    }

    private void streamFunction(SseClient client) {
        String service = client.ctx().queryParam("service");
        String name = client.ctx().queryParam("name");
        RowKey shown = new RowKey(service == null ? "" : service, name == null ? "" : name);
        DetailFrames frames = new DetailFrames(model, shown);
        begin(new LiveStream(client, "detail", frames::frame), client);
    }

    private void begin(LiveStream stream, SseClient client) {
        client.keepAlive();
        client.onClose(() -> streams.remove(stream));
        streams.add(stream);
        stream.tick(senders);
    }

    private void tick() {
        try {
            overview = overviews.frame(System.currentTimeMillis());
        } catch (RuntimeException e) {
            // The clock would stop for good; the page shows the last frame, and by its time that it stands still.
            LOG.error("making a frame failed", e);
        }
        streams.removeIf(LiveStream::terminated);
        streams.forEach(each -> each.tick(senders));
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void close() {
        clock.shutdownNow();
        streams.forEach(LiveStream::close);
        senders.shutdownNow();
        http.stop();
        feed.close();
    }
}
