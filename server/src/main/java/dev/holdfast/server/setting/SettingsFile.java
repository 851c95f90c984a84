package dev.holdfast.server.setting;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads settings from a YAML file: sections as mappings, values as scalars, and nothing else of YAML.
 *
 * <p>The file is read as a stream of events, no object is made of it, and what could grow (aliases, depth, size) is refused or
 * bounded, because files are often written by programs and templates.
 */
public final class SettingsFile {
    private static final int MAX_BYTES = 256 * 1024;
    private static final int DEPTH_MAX = 8;

    private final String file;
    private final Catalog catalog;
    private final Map<String, Given> found = new HashMap<>();

    private SettingsFile(String file, Catalog catalog) {
        this.file = file;
        this.catalog = catalog;
    }

    /** What the file gives, by path. */
    public static Map<String, Given> read(Path path, Catalog catalog) throws WrongSettingException {
        SettingsFile reader = new SettingsFile(path.toString(), catalog);
        String text = reader.text(path);
        try {
            reader.document(new Parse(
                            LoadSettings.builder().setCodePointLimit(MAX_BYTES).build())
                    .parseString(text)
                    .iterator());
        } catch (MarkedYamlEngineException e) {
            throw reader.wrong(e.getProblemMark(), "this is not YAML: " + oneLine(e.getProblem()) + ".");
        } catch (YamlEngineException e) {
            throw reader.wrong(Optional.empty(), "this is not YAML: " + oneLine(e.getMessage()) + ".");
        }
        return Map.copyOf(reader.found);
    }

    private String text(Path path) throws WrongSettingException {
        // Nothing but a file: a pipe that nobody writes to would hold the start up for ever.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new WrongSettingException((path.toString().isEmpty()
                            ? "the name of the configuration file is empty"
                            : "the configuration file " + path + " is not a file")
                    + "; name a YAML file.");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new WrongSettingException("the configuration file " + path + " does not exist.");
        } catch (IOException e) {
            throw new WrongSettingException(
                    "the configuration file " + path + " can't be read: " + oneLine(e.getMessage()) + ".");
        }
        if (bytes.length > MAX_BYTES) {
            throw new WrongSettingException(
                    "the configuration file " + path + " has more than " + MAX_BYTES / 1024 + " KB.");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            // The mark that some editors put in front.
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new WrongSettingException("the configuration file " + path + " is not UTF-8.");
        }
    }

    private void document(Iterator<Event> events) throws WrongSettingException {
        boolean seen = false;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
                case MappingStart, Scalar, SequenceStart, Alias -> {
                    if (seen) {
                        throw wrong(event.getStartMark(), "a second document begins here, and one is read.");
                    }
                    seen = true;
                    root(events, event);
                }
                case MappingEnd, SequenceEnd -> throw new IllegalStateException("an end without a beginning");
            }
        }
    }

    private void root(Iterator<Event> events, Event first) throws WrongSettingException {
        refuseExtras(first);
        if (first instanceof ScalarEvent scalar && isNothing(scalar)) {
            return;
        }
        if (first.getEventId() != Event.ID.MappingStart) {
            throw wrong(first.getStartMark(), "'name: value' lines are expected.");
        }
        sections(events);
    }

    /** An open mapping: which section it is, and where its keys stand. */
    private record Section(String prefix, Map<String, Mark> keys) {}

    private void sections(Iterator<Event> events) throws WrongSettingException {
        Deque<Section> open = new ArrayDeque<>();
        open.push(new Section("", new HashMap<>()));
        while (!open.isEmpty()) {
            Event key = events.next();
            if (key.getEventId() == Event.ID.MappingEnd) {
                open.pop();
                continue;
            }
            Section section = open.element();
            String path = key(key, section);
            Event value = events.next();
            refuseExtras(value);
            if (value.getEventId() == Event.ID.MappingStart) {
                if (catalog.has(path)) {
                    throw wrong(key.getStartMark(), path + " is one value, and a section is given.");
                }
                if (open.size() >= DEPTH_MAX) {
                    throw wrong(value.getStartMark(), "sections lie in each other too deep.");
                }
                if (!catalog.isSection(path)) {
                    throw unknown(key, path);
                }
                open.push(new Section(path + ".", new HashMap<>()));
            } else {
                take(key, path, value);
            }
        }
    }

    /** The path that a key stands for, which may not exist. */
    private String key(Event key, Section section) throws WrongSettingException {
        refuseExtras(key);
        if (!(key instanceof ScalarEvent scalar)) {
            throw wrong(key.getStartMark(), "a name is expected here.");
        }
        String path = section.prefix + scalar.getValue();
        Mark mark = key.getStartMark().orElseThrow();
        Mark before = section.keys.putIfAbsent(scalar.getValue(), mark);
        if (before != null) {
            throw wrong(
                    key.getStartMark(),
                    WrongSettingException.quoted(path) + " stands here for the second time; the first is in line "
                            + (before.getLine() + 1) + ".");
        }
        if (scalar.getValue().contains(".")) {
            throw unknown(key, path); // else one setting could stand under two names
        }
        return path;
    }

    private void take(Event key, String path, Event value) throws WrongSettingException {
        if (!catalog.has(path)) {
            if (catalog.isSection(path)) {
                if (value instanceof ScalarEvent scalar && isNothing(scalar)) {
                    return; // a section of which every line is commented out
                }
                throw wrong(key.getStartMark(), path + " is a section, and a value is given.");
            }
            throw unknown(key, path);
        }
        if (!(value instanceof ScalarEvent scalar)) {
            throw wrong(key.getStartMark(), path + " is one value, and a list is given.");
        }
        if (isNothing(scalar)) {
            throw wrong(key.getStartMark(), path + " has no value; leave the line out to have the default.");
        }
        Mark mark = key.getStartMark().orElseThrow();
        found.put(
                path, new Given(scalar.getValue(), new Origin.InFile(file, mark.getLine() + 1, mark.getColumn() + 1)));
    }

    private static boolean isNothing(ScalarEvent scalar) {
        return scalar.isPlain()
                && (scalar.getValue().isEmpty()
                        || scalar.getValue().equals("~")
                        || scalar.getValue().equals("null"));
    }

    /** Aliases make large things of small files, and tags objects of texts; settings need neither. */
    private void refuseExtras(Event event) throws WrongSettingException {
        if (event.getEventId() == Event.ID.Alias) {
            throw wrong(event.getStartMark(), "aliases (*name) are not read; write the value out.");
        }
        Optional<Anchor> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
        if (anchor.isPresent()) {
            throw wrong(event.getStartMark(), "anchors (&name) are not read; leave it out.");
        }
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case org.snakeyaml.engine.v2.events.CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
        if (tag.isPresent()) {
            throw wrong(event.getStartMark(), "tags (!name) are not read; leave it out.");
        }
    }

    private WrongSettingException unknown(Event key, String path) {
        String shown = WrongSettingException.quoted(path);
        return wrong(
                key.getStartMark(),
                shown + " is no setting"
                        + catalog.nearest(path)
                                .map(near -> near.equals(path)
                                        ? "; write it as sections."
                                        : "; did you mean '" + near + "'?")
                                .orElse("."));
    }

    private WrongSettingException wrong(Optional<Mark> mark, String sentence) {
        return new WrongSettingException(
                new Origin.InFile(
                        file,
                        mark.map(at -> at.getLine() + 1).orElse(1),
                        mark.map(at -> at.getColumn() + 1).orElse(1)),
                sentence);
    }

    private static String oneLine(@Nullable String text) {
        return text == null ? "unknown cause" : text.strip().replaceAll("[\\s\\p{Cntrl}\\u2028\\u2029]+", " ");
    }
}
