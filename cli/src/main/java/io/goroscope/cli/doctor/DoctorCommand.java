package io.goroscope.cli.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.goroscope.cli.doctor.Finding.State;
import io.goroscope.cli.doctor.Finding.Topic;
import io.goroscope.collector.kernel.KernelFeatures;
import io.goroscope.schemas.UserException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code goroscope doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Says what this machine allows: kernel, permissions, libraries, programs.",
        footer = {"", "The exit code is 2 where nothing can be traced, with the first thing that is missing."})
public final class DoctorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Override
    public Integer call() {
        List<Finding> all = new ArrayList<>(kernel());
        all.addAll(MachineFindings.all());
        PrintWriter out = spec.commandLine().getOut();
        Topic topic = null;
        for (Finding each : all) {
            if (json) {
                out.println(toJson(each));
                continue;
            }
            if (each.topic() != topic) {
                topic = each.topic();
                out.println(topic.name().toLowerCase(Locale.ROOT));
            }
            out.printf("  %-7s  %-18s %s%n", each.state().mark(), each.name(), each.sentence());
        }
        out.flush();
        for (Finding each : all) {
            if (each.topic() == Topic.TRACING && each.state() == State.MISSING) {
                throw new UserException("nothing can be traced here: " + each.name() + ": " + each.sentence());
            }
        }
        return 0;
    }

    private static List<Finding> kernel() {
        List<Finding> all = new ArrayList<>();
        for (KernelFeatures.Feature each : KernelFeatures.probe().features()) {
            State state =
                    switch (each.status()) {
                        case PRESENT -> State.OK;
                        case REPLACED -> State.WITHOUT;
                        case MISSING -> State.MISSING;
                    };
            all.add(new Finding(Topic.TRACING, each.name(), state, each.sentence()));
        }
        return all;
    }

    private static String toJson(Finding each) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode()
                .put("for", each.topic().name().toLowerCase(Locale.ROOT))
                .put("name", each.name())
                .put("state", each.state().name().toLowerCase(Locale.ROOT))
                .put("finding", each.sentence());
        try {
            return mapper.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write JSON", e);
        }
    }
}
