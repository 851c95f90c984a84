package dev.holdfast.tls.hello;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The JA4 fingerprint of a ClientHello: a short name for the software that made it, comparable with what other tools print. It
 * sorts suites and extensions, so that a client that shuffles them keeps its name.
 */
final class Ja4 {
    private static final int SERVER_NAME = 0;
    private static final int APPLICATION_PROTOCOLS = 16;
    private static final int HASH_CHARS = 12;
    private static final int COUNT_MAX = 99;
    private static final String NOTHING = "000000000000";

    private Ja4() {}

    /** @param shape without values that are strewn in */
    static String of(ClientHello shape) {
        return "t" + version(shape) + (shape.extensions().contains(SERVER_NAME) ? "d" : "i")
                + count(shape.cipherSuites()) + count(shape.extensions()) + protocol(shape.applicationProtocols()) + "_"
                + hashOrNothing(sorted(shape.cipherSuites())) + "_" + hashOfExtensions(shape);
    }

    private static String version(ClientHello shape) {
        List<Integer> versions = Objects.requireNonNullElse(shape.supportedVersions(), List.of());
        int highest = versions.stream().mapToInt(code -> code).max().orElse(shape.legacyVersion());
        return switch (highest) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            case 0x0300 -> "s3";
            default -> "00";
        };
    }

    private static String count(List<Integer> codes) {
        return "%02d".formatted(Math.min(codes.size(), COUNT_MAX));
    }

    /** First and last character of the first name; in hexadecimal digits where one of them is not a letter or digit. */
    private static String protocol(List<String> names) {
        if (names.isEmpty() || names.getFirst().isEmpty()) {
            return "00";
        }
        String name = names.getFirst();
        char first = name.charAt(0);
        char last = name.charAt(name.length() - 1);
        if (isPlain(first) && isPlain(last)) {
            return "" + first + last;
        }
        return "" + hex(first).charAt(0) + hex(last).charAt(1);
    }

    private static boolean isPlain(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static String hex(char c) {
        return "%02x".formatted(c & 0xFF);
    }

    private static String hashOfExtensions(ClientHello shape) {
        String extensions = sorted(shape.extensions().stream()
                .filter(code -> code != SERVER_NAME && code != APPLICATION_PROTOCOLS)
                .toList());
        List<Integer> algorithms = Objects.requireNonNullElse(shape.signatureAlgorithms(), List.of());
        if (algorithms.isEmpty()) {
            return hashOrNothing(extensions);
        }
        String inOrder = algorithms.stream().map("%04x"::formatted).collect(Collectors.joining(","));
        return hash(extensions + "_" + inOrder);
    }

    private static String sorted(List<Integer> codes) {
        return codes.stream().sorted().map("%04x"::formatted).collect(Collectors.joining(","));
    }

    private static String hashOrNothing(String text) {
        return text.isEmpty() ? NOTHING : hash(text);
    }

    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
