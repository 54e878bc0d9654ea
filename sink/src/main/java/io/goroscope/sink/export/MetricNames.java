package io.goroscope.sink.export;

/** The names of all metrics, without the suffixes that their types add ({@code _total}, {@code _info}, {@code _bucket}). */
final class MetricNames {

    static final String CALLS = "goroscope_calls";
    static final String DURATION = "goroscope_call_duration_seconds";
    static final String SELF = "goroscope_call_self_seconds";
    static final String TAILS = "goroscope_calls_tail";
    static final String ABANDONED = "goroscope_calls_abandoned";
    static final String UNCERTAIN = "goroscope_calls_uncertain";
    static final String UNMATCHED = "goroscope_returns_unmatched";
    static final String LOST = "goroscope_events_lost";
    static final String MODE = "goroscope_function_mode";
    static final String MODE_CHANGES = "goroscope_function_mode_changes";
    static final String CYCLED_DURATION = "goroscope_cycled_call_duration_seconds";
    static final String CYCLED_SHARE = "goroscope_cycled_time_share";
    static final String TARGET = "goroscope_target";

    static final String EDGE_CALLS = "goroscope_edge_calls";
    static final String EDGE_TIME = "goroscope_edge_seconds";
    static final String EDGE_SELF = "goroscope_edge_self_seconds";

    static final String LANE_BATCHES = "goroscope_lane_batches";
    static final String LANE_EVENTS = "goroscope_lane_events";
    static final String LANE_DUPLICATES = "goroscope_lane_duplicate_batches";
    static final String LANE_GAPS = "goroscope_lane_missing_batches";
    static final String LANE_LOST = "goroscope_lane_lost_events";
    static final String LANE_UNCERTAIN = "goroscope_lane_uncertain_calls";
    static final String LANE_UNMATCHED = "goroscope_lane_unmatched_returns";
    static final String LANE_NO_IDENTITY = "goroscope_lane_no_identity_events";
    static final String LANE_OFF_STACK = "goroscope_lane_off_stack_events";
    static final String LANE_OPEN_FRAMES = "goroscope_lane_open_frames";
    static final String LANE_GOROUTINES = "goroscope_lane_goroutines";
    static final String LANE_TIME = "goroscope_lane_time_seconds";
    static final String LANE_STALE = "goroscope_lane_stale";

    static final String SINK_SERIES = "goroscope_sink_series";
    static final String SINK_SERIES_LIMIT = "goroscope_sink_series_limit";
    static final String SINK_CUT = "goroscope_sink_cut_series";
    static final String SINK_RECORDS = "goroscope_sink_records";
    static final String SINK_BAD_RECORDS = "goroscope_sink_bad_records";
    static final String SINK_LAG = "goroscope_sink_lag_records";
    static final String SINK_RESETS = "goroscope_sink_resets";

    private MetricNames() {}
}
