package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveException;
import dev.holdfast.base.archive.ArchiveReader;
import dev.holdfast.cli.InstallationContents.NoInstallationException;
import dev.holdfast.cli.text.Sizes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "restore",
        description = "Makes a data directory of a backup: same keys, same connection strings, same telemetry.",
        footer = {
            "",
            "Every checksum is verified before anything takes its place. No server is needed, and none may use DIR.",
            "",
            "Example:",
            "  holdfast restore /backups/holdfast-monday.tar --data /var/lib/holdfast",
            "  holdfast up --data /var/lib/holdfast"
        })
final class RestoreCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 256 * 1024;

    @Parameters(paramLabel = "FILE", description = "What 'holdfast backup' wrote.")
    private @Nullable Path file;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "A directory that is empty or does not exist (default: $$HOLDFAST_DATA, else ./data).")
    private @Nullable Path data;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    private final Map<String, String> environment;

    RestoreCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailure {
        Path archive = file;
        if (archive == null) {
            throw help.wrongUse("Say which file.");
        }
        Path asked = data;
        // An empty variable counts as not set.
        String variable = environment.getOrDefault("HOLDFAST_DATA", "");
        Path directory = asked == null ? Path.of(variable.isEmpty() ? "data" : variable) : asked;
        ArchiveReader.Summary summary =
                restore(archive, directory.toAbsolutePath().normalize());
        if (output.isJson()) {
            output.printJson(
                    help.out(),
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("data", directory.toAbsolutePath().normalize().toString())
                            .put("madeAt", summary.facts().madeAt().toString())
                            .put("version", summary.facts().version())
                            .put("files", summary.files())
                            .put("bytes", summary.bytes()));
        } else {
            help.out()
                    .println("Restored " + summary.files() + " files, " + Sizes.of(summary.bytes()) + ", as of "
                            + summary.facts().madeAt() + ". Start it with: holdfast up --data " + directory);
        }
        return 0;
    }

    private ArchiveReader.Summary restore(Path archive, Path directory) throws CommandFailure {
        if (Files.isDirectory(archive)) {
            throw new CommandFailure(archive + " is a directory; name the file that 'holdfast backup' wrote.");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BUFFER_BYTES);
                RestoredDirectory restored = RestoredDirectory.begin(directory, help.err())) {
            ArchiveReader.Summary summary =
                    new ArchiveReader(in, Limits.defaults().installation().backup()).read(restored);
            restored.finish();
            return summary;
        } catch (ArchiveException | NoInstallationException e) {
            throw new CommandFailure(archive + " can't be restored: " + e.getMessage() + ".", e);
        } catch (NoSuchFileException e) {
            throw new CommandFailure("there is no file " + e.getFile() + ".", e);
        } catch (IOException e) {
            throw new CommandFailure("the backup can't be restored to " + directory + ": " + Trouble.of(e) + ".", e);
        }
    }
}
