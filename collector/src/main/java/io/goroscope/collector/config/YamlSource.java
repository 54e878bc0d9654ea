package io.goroscope.collector.config;

import io.goroscope.collector.config.Setting.Items;
import io.goroscope.collector.config.Setting.Place;
import io.goroscope.collector.config.Setting.Scalar;
import io.goroscope.collector.config.Setting.Section;
import io.goroscope.schemas.UserException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.AnchorNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads YAML into settings: nodes and their lines only, so that no text of it ever makes an object of a class that it names. */
final class YamlSource {

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 12;

    private final String source;
    private final boolean hasLines;

    private YamlSource(String source, boolean hasLines) {
        this.source = source;
        this.hasLines = hasLines;
    }

    /** A file; empty for one without content. */
    static Section file(String name, Reader text) {
        YamlSource yaml = new YamlSource(name, true);
        Node node = yaml.compose(text);
        if (node == null) {
            return Section.empty(new Place(name, 1));
        }
        if (yaml.setting(node, 0) instanceof Section section) {
            return section;
        }
        throw new UserException(name + ":1: must be keys and values, such as 'rules:'");
    }

    /** The value of an environment variable or an option. */
    static Setting value(String source, String text) {
        YamlSource yaml = new YamlSource(source, false);
        Node node = yaml.compose(new StringReader(text));
        return node == null ? new Scalar(new Place(source, 0), "") : yaml.setting(node, 0);
    }

    private Node compose(Reader text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(options).compose(text);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw new UserException(
                    new Place(source, hasLines ? line : 0) + ": is no YAML: "
                            + e.getProblem().replace('\n', ' '),
                    e);
        } catch (YAMLException e) {
            throw new UserException(
                    source + ": is no YAML: "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    private Place place(Node node) {
        return new Place(source, hasLines ? node.getStartMark().getLine() + 1 : 0);
    }

    private Setting setting(Node node, int depth) {
        if (depth > MAX_DEPTH || node instanceof AnchorNode) {
            throw new UserException(place(node) + ": is nested too deeply");
        }
        if (node instanceof ScalarNode scalar) {
            return new Scalar(place(node), scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue());
        }
        if (node instanceof SequenceNode sequence) {
            List<Setting> items = new ArrayList<>();
            sequence.getValue().forEach(item -> items.add(setting(item, depth + 1)));
            return new Items(place(node), items);
        }
        Map<Setting.Key, Setting> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : ((MappingNode) node).getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                throw new UserException(place(tuple.getKeyNode()) + ": a key must be a word");
            }
            Setting.Key key = new Setting.Key(name.getValue(), place(name));
            if (entries.containsKey(key)) {
                throw new UserException(key.place() + ": key '" + key.name() + "' stands there twice");
            }
            entries.put(key, setting(tuple.getValueNode(), depth + 1));
        }
        return new Section(place(node), entries);
    }
}
