/**
 * The live page: what happens in the traced programs now, in a browser on this machine.
 *
 * <p>A feed of its own reads the output topics into the sink's tables and, for the heatmap, the windows of {@code
 * goroscope.latency} into {@link io.goroscope.cli.page.WindowTable}. Once a second the tables are turned into frames,
 * and each browser gets them over server-sent events: one stream for all functions, one for the function that it shows.
 * The page itself is static files without a build step, and fetches nothing from elsewhere.
 *
 * <p>Time on the page is the lanes' own: the right edge of a heatmap is the newest window, so a replay of an old capture
 * looks as the live stream did. Only staleness is judged by the wall clock.
 *
 * <p>It answers on the loopback address only, and only to requests that name it so: a web site elsewhere cannot reach
 * it through the browser by a name that it points to 127.0.0.1.
 */
package io.goroscope.cli.page;
