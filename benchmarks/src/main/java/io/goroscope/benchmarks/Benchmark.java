package io.goroscope.benchmarks;

/** One side-by-side run. Its figures are ratios within the run wherever they can be: absolute times differ by machine. */
public interface Benchmark {

    /** Its name on the command line, and of its file of figures. */
    String name();

    /** What it measures, in a line. */
    String about();

    /**
     * Measures.
     *
     * @param context where it may write, and whom it tells how far it is
     * @return what was measured
     * @throws io.goroscope.schemas.UserException if it cannot run here; the message says why and what to do
     * @throws Exception if it went wrong
     */
    Figures run(BenchContext context) throws Exception;
}
