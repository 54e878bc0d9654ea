package io.goroscope.testbed.output;

import java.util.List;
import java.util.Random;

/**
 * One function of the made-up shop.
 *
 * @param name as the Go linker would write it
 * @param file source file
 * @param caller number of the function that calls it, or −1
 * @param perSecond calls per second and process
 * @param medianNs median of its durations, ns; 0 where it is counted only
 * @param sigma spread of the logarithm of its durations
 * @param slowShare share of calls that are 30 times slower, as behind a cache
 * @param panicShare share of calls that end by a panic
 */
public record ShopFunction(
        String name,
        String file,
        int caller,
        double perSecond,
        double medianNs,
        double sigma,
        double slowShare,
        double panicShare) {

    private static final double SLOWER = 30;
    private static final long SHORTEST_NS = 200;

    /** The duration of a call, ns. */
    long durationNs(Random random) {
        double slower = random.nextDouble() < slowShare ? SLOWER : 1;
        return Math.max(SHORTEST_NS, (long) (medianNs * slower * Math.exp(sigma * random.nextGaussian())));
    }

    /** All of them; a function's number is its place in the list. */
    public static final List<ShopFunction> ALL = List.of(
            new ShopFunction("main.(*Server).ServeHTTP", "/src/shop/server.go", -1, 140, 7.5e6, 0.55, 0.01, 0),
            new ShopFunction("main.(*Cart).Add", "/src/shop/cart.go", 0, 60, 310e3, 0.4, 0.02, 0),
            new ShopFunction("main.(*Cart).Total", "/src/shop/cart.go", 0, 150, 14e3, 0.3, 0, 0),
            new ShopFunction("store.(*DB).Query", "/src/shop/store/db.go", 1, 260, 1.3e6, 0.35, 0.12, 0),
            new ShopFunction("store.(*Cache).Get", "/src/shop/store/cache.go", 0, 700, 2.6e3, 0.45, 0.05, 0),
            new ShopFunction(
                    "encoding/json.Marshal", "/usr/lib/go/src/encoding/json/encode.go", 0, 120, 82e3, 0.6, 0, 0),
            new ShopFunction(
                    "crypto/tls.(*Conn).Handshake", "/usr/lib/go/src/crypto/tls/conn.go", -1, 4, 13e6, 0.2, 0, 0),
            new ShopFunction("main.(*Payment).Charge", "/src/shop/payment.go", 0, 9, 210e6, 0.5, 0.03, 0.08),
            new ShopFunction(
                    "example.com/shop/internal/gateway/retry.(*Policy).DoWithinTheLimit[...]",
                    "/src/shop/internal/gateway/retry/policy.go",
                    7,
                    10,
                    230e6,
                    0.6,
                    0.02,
                    0),
            new ShopFunction("main.(*Cart).Len", "/src/shop/cart.go", 2, 900, 0, 0, 0, 0));
}
