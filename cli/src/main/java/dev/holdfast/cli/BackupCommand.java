package dev.holdfast.cli;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveException;
import dev.holdfast.base.archive.ArchiveReader;
import dev.holdfast.cli.text.Sizes;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "backup",
        description = "Writes everything that the running server keeps into one file: state, telemetry, keys.",
        footer = {
            "",
            "The file holds private keys: only its owner can read it, and it belongs where keys belong.",
            "",
            "Example:",
            "  holdfast backup --out /backups/holdfast-monday.tar"
        })
final class BackupCommand implements Callable<Integer> {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "A file that does not exist yet (default: holdfast-DATE.tar in this directory).")
    private @Nullable Path out;

    @Mixin
    private final ServerOptions server;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    BackupCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        Path asked = out;
        Path file = (asked == null ? Path.of("holdfast-" + STAMP.format(Instant.now()) + ".tar") : asked)
                .toAbsolutePath()
                .normalize();
        Path directory = file.getParent();
        if (directory == null || Files.isDirectory(file)) {
            throw new CommandFailure(file + " is no file; name one with --out.");
        }
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(
                    "there is no directory " + directory + "; make it, or name another file with --out.");
        }
        refuseToOverwrite(file);
        try (OperatorClient client = server.connect()) {
            print(file, receive(client, file, directory));
            return 0;
        } catch (ArchiveException e) {
            throw new CommandFailure("the backup did not arrive whole: " + e.getMessage() + ". Try again.", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "there is no backup in " + file + ", since something failed: " + Trouble.of(e) + ".", e);
        }
    }

    /** A link counts, too, wherever it leads: it would be replaced. */
    private static void refuseToOverwrite(Path file) throws CommandFailure {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailure(file + " exists already; name another file with --out.");
        }
    }

    /** The file has its name when it is whole and on the medium, and not before. */
    private ArchiveReader.Summary receive(OperatorClient client, Path file, Path directory)
            throws IOException, CommandFailure {
        Path part = directory.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try (Unfinished unfinished = new Unfinished("the backup", help.err(), () -> Files.deleteIfExists(part))) {
            unfinished.step(() -> Files.createFile(part, OWNER_ONLY));
            AtomicReference<ArchiveReader.Summary> received = new AtomicReference<>();
            client.receive("POST", "backup", body -> received.set(receive(body, part)));
            refuseToOverwrite(file);
            unfinished.finish(() -> Files.move(part, file, StandardCopyOption.ATOMIC_MOVE));
            Disk.real().forceDirectory(directory);
            return received.get();
        }
    }

    /** Reads the archive while it writes it down, so that what is kept is known to be whole. */
    private static ArchiveReader.Summary receive(InputStream body, Path part) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            ArchiveReader.Summary summary = new ArchiveReader(
                            new Copied(body, channel),
                            Limits.defaults().installation().backup())
                    .read((path, bytes) -> OutputStream.nullOutputStream());
            channel.force(true);
            return summary;
        }
    }

    private void print(Path file, ArchiveReader.Summary summary) {
        if (output.isJson()) {
            output.printJson(
                    help.out(),
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("file", file.toString())
                            .put("madeAt", summary.facts().madeAt().toString())
                            .put("version", summary.facts().version())
                            .put("files", summary.files())
                            .put("bytes", summary.bytes()));
        } else {
            help.out()
                    .println("Wrote " + file + ": " + summary.files() + " files, " + Sizes.of(summary.bytes())
                            + ", with everything that was acknowledged before "
                            + summary.facts().madeAt() + ".");
        }
    }

    /** Writes to a file what is read. */
    private static final class Copied extends FilterInputStream {
        private final FileChannel copy;

        Copied(InputStream in, FileChannel copy) {
            super(in);
            this.copy = copy;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            if (read > 0) {
                ByteBuffer bytes = ByteBuffer.wrap(into, offset, read);
                while (bytes.hasRemaining()) {
                    copy.write(bytes);
                }
            }
            return read;
        }
    }
}
