package dev.holdfast.base.archive;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the first entry of an archive says about it.
 *
 * @param version the release that wrote it
 * @param madeAt everything acknowledged before that moment is in it
 */
public record ArchiveFacts(String version, Instant madeAt) {
    /** Of the archive's own layout. What is in the files has versions of its own, which the start looks at. */
    static final int FORMAT = 1;

    static final String PATH = "backup.json";
    static final int MAX_BYTES = 4096;

    /** Years of more than four digits are in no header of tar. */
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private static final JsonMapper JSON = JsonMapper.shared();

    byte[] write() {
        String text = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("version", version)
                .put("madeAt", madeAt.toString())
                .toString();
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static ArchiveFacts read(byte[] bytes) throws ArchiveException {
        try {
            JsonNode json = JSON.readTree(bytes);
            int format = json.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new ArchiveException("it has format " + format + ", and this release reads format " + FORMAT
                        + ": restore it with the release that wrote it");
            }
            Instant madeAt = Instant.parse(json.path("madeAt").asString());
            if (madeAt.isBefore(Instant.EPOCH) || !madeAt.isBefore(END)) {
                throw new ArchiveException(
                        "its first file, " + PATH + ", is damaged: no backup was made at such a time");
            }
            return new ArchiveFacts(json.path("version").asString(), madeAt);
        } catch (JacksonException | DateTimeException e) {
            throw new ArchiveException("its first file, " + PATH + ", is damaged", e);
        }
    }
}
