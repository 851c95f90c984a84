package dev.holdfast.server.setting;

import dev.holdfast.pki.TrustWorld;
import dev.holdfast.wire.client.Networks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How values of a setting are written.
 *
 * @param name what a value is, with its bounds, as it is told to people: {@code a port, 0 to 65535}
 * @param writer makes a text that {@link #read} reads as the same value
 */
public record Kind<T>(String name, Reader<T> reader, Function<T, String> writer) {
    /** Null for a text that is no value. */
    @FunctionalInterface
    public interface Reader<T> {
        @Nullable
        T read(String text);
    }

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KB|MB|GB)");
    private static final Pattern DOMAIN =
            Pattern.compile("(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern POLICY = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");
    private static final List<String> SIZE_UNITS = List.of("B", "KB", "MB", "GB");
    private static final int PORT_MAX = 65_535;
    private static final String NO_NETWORKS = "none";
    /** All of their names are in one certificate, which small devices have to take. */
    private static final int DOMAINS_MAX = 16;

    public static Kind<Integer> port() {
        return new Kind<>(
                "a port, 1 to " + PORT_MAX + ", or 0 for any free one",
                text -> integer(text, 0, PORT_MAX),
                String::valueOf);
    }

    /** A port, or a word that stands for {@code meaning}. */
    public static Kind<Integer> portOr(String word, int meaning) {
        return new Kind<>(
                "a port, 1 to " + PORT_MAX + ", 0 for any free one, or '" + word + "'",
                text -> text.equals(word) ? Integer.valueOf(meaning) : integer(text, 0, PORT_MAX),
                port -> port == meaning ? word : String.valueOf(port));
    }

    public static Kind<Integer> number(int min, int max) {
        return new Kind<>("a number from " + min + " to " + max, text -> integer(text, min, max), String::valueOf);
    }

    /** @param min and {@code max}, in bytes */
    public static Kind<Integer> size(int min, int max) {
        return new Kind<>(
                "a size from " + writeSize(min) + " to " + writeSize(max) + ", with its unit: B, KB, MB or GB",
                text -> readSize(text, min, max),
                Kind::writeSize);
    }

    public static Kind<Duration> duration(Duration min, Duration max) {
        return new Kind<>(
                "a time from " + writeDuration(min) + " to " + writeDuration(max) + ", with its unit: ms, s, m or h",
                text -> readDuration(text, min, max),
                Kind::writeDuration);
    }

    /** The constants of an enumeration, in lower case. */
    public static <E extends Enum<E>> Kind<E> word(Class<E> words) {
        String all =
                Arrays.stream(words.getEnumConstants()).map(Kind::writeWord).collect(Collectors.joining(", "));
        return new Kind<>(
                "one of " + all,
                text -> Arrays.stream(words.getEnumConstants())
                        .filter(word -> writeWord(word).equals(text))
                        .findFirst()
                        .orElse(null),
                Kind::writeWord);
    }

    /** Whether something is done that is not done by itself. */
    public static Kind<Boolean> onOff() {
        return new Kind<>(
                "'on' or 'off'",
                text -> switch (text) {
                    case "on" -> true;
                    case "off" -> false;
                    default -> null;
                },
                on -> on ? "on" : "off");
    }

    public static Kind<Path> path() {
        return new Kind<>("a path of this machine", Kind::readPath, Path::toString);
    }

    public static Kind<InetAddress> address() {
        return new Kind<>(
                "an address of this machine, such as 0.0.0.0 or ::1", Kind::readAddress, InetAddress::getHostAddress);
    }

    /** Networks with commas between, or {@code none}. */
    public static Kind<Networks> networks() {
        return new Kind<>(
                "networks such as 10.1.0.0/16 or fd00::/8 with commas between, or 'none'",
                text -> text.equals(NO_NETWORKS)
                        ? Networks.NONE
                        : Networks.parse(text).orElse(null),
                networks -> networks.equals(Networks.NONE) ? NO_NETWORKS : networks.toString());
    }

    /** Upper case becomes lower case. */
    public static Kind<String> domain() {
        return new Kind<>(
                "a domain: labels of letters, digits and '-' with dots between them",
                text -> {
                    String lower = text.toLowerCase(Locale.ROOT);
                    return DOMAIN.matcher(lower).matches() ? lower : null;
                },
                domain -> domain);
    }

    /** Domains with their trust worlds: {@code eu.example, cn.example=china}. One without a world is in the default one. */
    public static Kind<List<WorldDomain>> domains() {
        return new Kind<>(
                "1 to " + DOMAINS_MAX
                        + " domains with commas between them, each with '=WORLD' behind it or not, where WORLD is"
                        + " small letters, digits and '-'",
                Kind::readDomains,
                domains -> domains.stream().map(WorldDomain::toString).collect(Collectors.joining(", ")));
    }

    private static @Nullable List<WorldDomain> readDomains(String text) {
        String[] parts = text.split(",", DOMAINS_MAX + 1);
        List<WorldDomain> domains = new ArrayList<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            String domain =
                    (equals < 0 ? part : part.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
            String world =
                    equals < 0 ? TrustWorld.DEFAULT : part.substring(equals + 1).strip();
            if (!DOMAIN.matcher(domain).matches() || !TrustWorld.isName(world)) {
                return null;
            }
            domains.add(new WorldDomain(domain, world));
        }
        return domains.size() > DOMAINS_MAX ? null : List.copyOf(domains);
    }

    /** The name of a TLS policy, whether there is one of it or not. */
    public static Kind<String> policy() {
        return new Kind<>(
                "the name of a TLS policy: small letters, digits and '-'",
                text -> POLICY.matcher(text).matches() ? text : null,
                name -> name);
    }

    @Nullable
    T read(String text) {
        return reader.read(text);
    }

    String write(T value) {
        return writer.apply(value);
    }

    private static @Nullable Integer integer(String text, int min, int max) {
        if (!DIGITS.matcher(text).matches()) {
            return null;
        }
        long value = Long.parseLong(text);
        return value < min || value > max ? null : (int) value;
    }

    private static @Nullable Integer readSize(String text, int min, int max) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return null;
        }
        long bytes = Long.parseLong(size.group(1)) << (10 * SIZE_UNITS.indexOf(size.group(2)));
        return bytes < min || bytes > max ? null : (int) bytes;
    }

    private static String writeSize(int bytes) {
        int unit = 0;
        int count = bytes;
        while (count >= 1024 && count % 1024 == 0 && unit < SIZE_UNITS.size() - 1) {
            count /= 1024;
            unit++;
        }
        return count + SIZE_UNITS.get(unit);
    }

    private static @Nullable Duration readDuration(String text, Duration min, Duration max) {
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            return null;
        }
        long count = Long.parseLong(duration.group(1));
        Duration value = switch (duration.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
        return value.compareTo(min) < 0 || value.compareTo(max) > 0 ? null : value;
    }

    private static String writeDuration(Duration time) {
        long millis = time.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        return minutes % 60 == 0 ? minutes / 60 + "h" : minutes + "m";
    }

    private static String writeWord(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Path readPath(String text) {
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException _) {
            return null;
        }
    }

    private static @Nullable InetAddress readAddress(String text) {
        try {
            return text.isEmpty() ? null : InetAddress.getByName(text);
        } catch (UnknownHostException _) {
            return null;
        }
    }
}
