package io.goroscope.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.schemas.Topics;
import io.goroscope.schemas.Topics.Kind;
import io.goroscope.schemas.UserException;
import io.goroscope.testbed.output.ShopProcess;
import io.goroscope.testbed.output.ShopTraffic;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class LivePageTest {

    private static final Topics TOPICS = new Topics("page.");
    private static final Topics IDLE = new Topics("idle.");
    private static final Path SHOTS = Path.of("target", "screenshots");
    private static final int HISTORY_S = 170;

    private static EmbeddedBroker broker;
    private static ShopTraffic traffic;
    private static ScheduledExecutorService clock;
    private static LivePage page;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.create();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            for (Topics topics : List.of(TOPICS, IDLE)) {
                for (Kind kind : List.of(Kind.TOTALS, Kind.FUNCTIONS, Kind.HEALTH, Kind.LATENCY)) {
                    admin.createTopics(List.of(new NewTopic(topics.of(kind), 1, (short) 1)))
                            .all()
                            .get();
                }
            }
        }
        traffic = new ShopTraffic(broker.bootstrapServers(), TOPICS, 1);
        long now = System.currentTimeMillis() * 1_000_000;
        ShopProcess process = new ShopProcess(4242, "4f1c0e", now - HISTORY_S * 1_000_000_000L);
        traffic.names("4f1c0e", "9d3f6a1b2c4d5e6f");
        for (int ago = HISTORY_S; ago > 0; ago--) {
            traffic.run(process, now - ago * 1_000_000_000L, 1);
        }
        clock = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> unused = clock.scheduleAtFixedRate(
                () -> traffic.run(process, System.currentTimeMillis() * 1_000_000, 0.5), 0, 500, TimeUnit.MILLISECONDS);
        page = LivePage.start(PageConfig.of(broker.bootstrapServers())
                .withTopics(TOPICS)
                .withProbeCost(() -> Optional.of(new ProbeCost(4500, 1640))));
    }

    @AfterAll
    static void stop() throws Exception {
        page.close();
        clock.shutdown();
        assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        traffic.close();
        broker.close();
    }

    @Test
    void shouldTellWhenTheFirstPairIsSeen() throws Exception {
        page.firstPairSeen().get(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldAnswerToItsOwnNameOnly() throws Exception {
        URI url = URI.create(page.url());
        assertThat(status(url.getPort(), "127.0.0.1:" + url.getPort())).contains("200");
        assertThat(status(url.getPort(), "localhost:" + url.getPort())).contains("200");
        assertThat(status(url.getPort(), "evil.example:" + url.getPort())).contains("403");
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        assertThat(connection.getHeaderField("Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void shouldSayThatAPortIsTaken() {
        int port = URI.create(page.url()).getPort();
        assertThatThrownBy(() -> LivePage.start(PageConfig.of(broker.bootstrapServers())
                        .withTopics(TOPICS)
                        .withPort(port)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    @EnabledIf("browserPresent")
    void shouldShowFunctionsAndAHeatmapThatLive() throws Exception {
        try (Browser browser = new Browser()) {
            browser.size(1280, 1000, 1);
            browser.prefer("light");
            browser.open(page.url());
            browser.await("document.querySelectorAll('#functions tbody tr').length === 10");
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(1280);
            browser.await("document.querySelector('#heat-empty').hidden");
            String before = browser.text("document.querySelector('#lanes tbody tr').cells[3].textContent");
            browser.await("document.querySelector('#lanes tbody tr').cells[3].textContent !== '" + before + "'");
            assertThat(coloured(browser)).isGreaterThan(200);
            assertThat(browser.text("document.querySelector('#link').textContent"))
                    .isEqualTo("live");
            assertThat(browser.text("document.querySelector('#target').textContent"))
                    .contains("go1.26.8");

            steppedDown(browser);
            heatmapByKeyboard(browser);
            tableByKeyboard(browser);
            shots(browser);

            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** What was changed to keep a budget stands beside the names. */
    private static void steppedDown(Browser browser) throws Exception {
        browser.await(
                "document.querySelector('#counted').textContent" + " === '10, 3 stepped down to keep the budget'");
        String tags = "[...document.querySelectorAll('#functions tbody tr')].filter(row =>"
                + " !row.querySelector('.stepped').hidden).map(row => row.dataset.name + ': '"
                + " + row.querySelector('.stepped').textContent).sort().join('\\n')";
        assertThat(browser.text(tags).lines())
                .containsExactly(
                        "example.com/shop/internal/gateway/retry.(*Policy).DoWithinTheLimit[...]: off",
                        "main.(*Cart).Total: counted only",
                        "store.(*Cache).Get: timed 12.5\u202f% of the time");
    }

    /** The cursor of the heatmap moves by keys and says what is under it. */
    private static void heatmapByKeyboard(Browser browser) throws Exception {
        browser.evaluate("document.querySelector('#heatmap').focus()");
        browser.press("ArrowLeft");
        browser.await("/\\d\\d:\\d\\d:\\d\\d.*calls.*p99/.test(document.querySelector('#readout').textContent)");
        String first = browser.text("document.querySelector('#readout').textContent");
        browser.press("ArrowLeft");
        browser.await("document.querySelector('#readout').textContent !== " + quoted(first));
        browser.press("Escape");
        browser.await("document.querySelector('#readout').textContent === ''");
    }

    /** The filter by its key, rows by arrows, the choice by Enter; sorting by the heads. */
    private static void tableByKeyboard(Browser browser) throws Exception {
        browser.evaluate("document.activeElement.blur()");
        browser.press("/");
        browser.await("document.activeElement.id === 'filter'");
        browser.evaluate("document.querySelector('#filter').value = 'cart';"
                + "document.querySelector('#filter').dispatchEvent(new Event('input'))");
        browser.await("document.querySelectorAll('#functions tbody tr').length === 3");
        browser.press("ArrowDown");
        browser.await("document.activeElement.classList.contains('pick')");
        String name = browser.text("document.activeElement.textContent");
        browser.press("Enter");
        browser.await("document.querySelector('#shown-name').textContent === " + quoted(name));
        browser.evaluate("document.querySelector('#filter').value = 'nothing';"
                + "document.querySelector('#filter').dispatchEvent(new Event('input'))");
        browser.await("document.querySelector('#functions-empty').textContent.includes('nothing')");
        browser.evaluate("document.querySelector('#filter').value = '';"
                + "document.querySelector('#filter').dispatchEvent(new Event('input'))");
        browser.evaluate("document.querySelector('th[data-key=p99] button').click()");
        browser.await("document.querySelector('th[data-key=p99]').getAttribute('aria-sort') === 'descending'");
        assertThat(browser.text("document.querySelector('#functions tbody tr').dataset.name"))
                .isIn(
                        "main.(*Payment).Charge",
                        "example.com/shop/internal/gateway/retry.(*Policy).DoWithinTheLimit[...]");
        browser.evaluate("document.activeElement.blur()");
        browser.evaluate("document.querySelector('th[data-key=perSecond] button').click()");
    }

    private static void shots(Browser browser) throws Exception {
        browser.evaluate("location.hash = 'service=shop&name=' + encodeURIComponent('main.(*Payment).Charge')");
        browser.await("document.querySelector('#shown-name').textContent === 'main.(*Payment).Charge'"
                + " && document.querySelector('#heat-empty').hidden");
        browser.moveMouse(640, 300);
        browser.await("document.querySelector('#readout').textContent !== ''");
        for (String scheme : List.of("light", "dark")) {
            browser.prefer(scheme);
            for (int width : List.of(1280, 400)) {
                browser.size(width, width == 400 ? 1500 : 1000, width == 400 ? 2 : 1);
                browser.await("innerWidth === " + width);
                browser.await("document.documentElement.scrollWidth <= " + width);
                browser.screenshot(SHOTS.resolve("page-" + scheme + "-" + width + ".png"));
            }
        }
    }

    @Test
    @EnabledIf("browserPresent")
    void shouldSayThatItWaits() throws Exception {
        try (Browser browser = new Browser()) {
            try (LivePage idle =
                    LivePage.start(PageConfig.of(broker.bootstrapServers()).withTopics(IDLE))) {
                browser.size(1280, 760, 1);
                browser.open(idle.url());
                browser.await("document.querySelector('#link').textContent === 'live'");
                assertThat(browser.text("document.querySelector('#functions-empty').textContent"))
                        .startsWith("Waiting for the first call");
                assertThat(idle.firstPairSeen()).isNotDone();
                browser.screenshot(SHOTS.resolve("page-idle.png"));
            }
            browser.await("document.querySelector('#link').dataset.state === 'lost'");
        }
    }

    static boolean browserPresent() {
        return Browser.present();
    }

    /** How many pixels of the heatmap differ from its ground by more than the grid's lines do. */
    private static int coloured(Browser browser) throws Exception {
        JsonNode count = browser.evaluate("(() => { const c = document.querySelector('#heatmap');"
                + " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
                + " for (let i = 0; i < d.length; i += 4)"
                + " if (d[i + 3] > 200 && Math.max(d[i], d[i+1], d[i+2]) - Math.min(d[i], d[i+1], d[i+2]) > 60) n++;"
                + " return n; })()");
        return count.asInt();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** The status line of a request for the page by some name. */
    private static String status(int port, String host) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        }
    }
}
