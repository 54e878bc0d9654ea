package io.goroscope.e2e;

import io.goroscope.cli.broker.EmbeddedBroker;
import io.goroscope.cli.topics.TopicSetup;
import io.goroscope.cli.topics.TopicSpec;
import io.goroscope.schemas.Topics;
import java.util.Properties;

/** The pipeline's topics on a broker in this process, which forget nothing. */
final class PipelineTopics {

    private PipelineTopics() {}

    static void make(EmbeddedBroker broker, Topics topics, int partitions) {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.bootstrapServers());
        try (TopicSetup setup = TopicSetup.connect(client)) {
            setup.create(TopicSpec.all(topics, partitions, TopicSpec.FOREVER), 0, 0);
        }
    }
}
