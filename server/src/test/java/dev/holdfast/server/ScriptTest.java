package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./holdfast} in a tree of its own, with programs in place of Java and Maven that say how they were called. */
final class ScriptTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path directory;

    private Path root;
    private Path programs;
    private Path jvms;
    private final Map<String, String> environment = new TreeMap<>();

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void copyScripts() throws IOException {
        root = Files.createDirectory(directory.resolve("tree with space"));
        programs = Files.createDirectory(directory.resolve("programs"));
        jvms = Files.createDirectory(directory.resolve("jvms"));
        Files.copy(PROJECT.resolve("holdfast"), root.resolve("holdfast"));
        Files.setPosixFilePermissions(root.resolve("holdfast"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Copies.copy(PROJECT.resolve("scripts"), root.resolve("scripts"));
        for (String module : new String[] {"server", "cli"}) {
            Files.createDirectories(root.resolve(module).resolve("src/main/java"));
            Files.writeString(root.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Files.createDirectory(root.resolve(".mvn"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        environment.put("PATH", programs + ":/usr/bin:/bin");
        environment.put("HOLDFAST_JVMS", jvms.toString());
    }

    private void program(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A Java runtime that prints its home and its arguments, one a line. */
    private Path java(String name, int version, boolean compiler) throws IOException {
        Path home = jvms.resolve(name);
        program(home.resolve("bin/java"), "printf '%s\\n' \"java of " + name + "\" \"$@\"");
        if (compiler) {
            program(home.resolve("bin/javac"), "exit 0");
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + ".0.1\"\n");
        return home;
    }

    /** A Maven that makes what a build makes, and says with which Java. */
    private void maven() throws IOException {
        program(
                programs.resolve("mvn"),
                "echo \"$JAVA_HOME $*\" >> \"" + directory + "/builds\"\n"
                        + "mkdir -p server/target/app/lib cli/target/app/lib\n"
                        + "echo '[INFO] Building Holdfast base 0.1.0    [1/2]'");
    }

    private Ran run(String... arguments) throws IOException, InterruptedException {
        Path err = directory.resolve("err");
        Process process = builder(root.resolve("holdfast"), arguments)
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out, Files.readString(err));
    }

    private ProcessBuilder builder(Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private long builds() throws IOException {
        Path file = directory.resolve("builds");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private void built() throws IOException {
        Files.createDirectories(root.resolve("server/target/app/lib"));
        Files.createDirectories(root.resolve("cli/target/app/lib"));
        Files.createDirectories(root.resolve(".build"));
        Files.createFile(root.resolve(".build/stamp"));
        Files.createFile(root.resolve(".build/trained"));
        Files.setLastModifiedTime(
                root.resolve(".build/stamp"), FileTime.from(Instant.now().plusSeconds(60)));
    }

    @Test
    void commands_go_to_the_command_and_up_to_the_server_with_every_argument_as_it_was() throws Exception {
        java("jdk-25", 25, true);
        built();

        Ran command = run("device", "create", "a b", "");
        assertThat(command.status()).isZero();
        assertThat(command.out()).contains("\ndev.holdfast.cli.Main\ndevice\ncreate\na b\n\n");
        assertThat(command.out()).contains(root + "/cli/target/app/lib/*");

        assertThat(run("up", "--data", "x y").out()).contains("\ndev.holdfast.server.Main\n--data\nx y\n");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void the_newest_enough_java_is_found_wherever_it_is() throws Exception {
        java("a-17", 17, true);
        java("b-25", 25, true);
        built();
        environment.put("JAVA_HOME", jvms.resolve("a-17").toString());
        assertThat(run("version").out()).startsWith("java of b-25\n");

        Path elsewhere = java("c-26", 26, true);
        environment.put("JAVA_HOME", elsewhere.toString());
        assertThat(run("version").out()).as("JAVA_HOME comes first").startsWith("java of c-26\n");

        environment.remove("JAVA_HOME");
        Files.createSymbolicLink(programs.resolve("java"), elsewhere.resolve("bin/java"));
        assertThat(run("version").out()).as("then the PATH").startsWith("java of c-26\n");
    }

    @Test
    void no_java_that_is_new_enough_is_told_with_what_to_install() throws Exception {
        java("a-17", 17, true);
        built();

        Ran ran = run("version");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines()).singleElement().asString().contains("JDK 25", "install", "JAVA_HOME");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void a_runtime_without_a_compiler_runs_what_is_built_and_builds_nothing() throws Exception {
        java("jre-25", 25, false);
        maven();
        Ran missing = run("version");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("JDK 25");

        built();
        assertThat(run("version").status()).isZero();
    }

    @Test
    void maven_is_needed_only_for_building() throws Exception {
        java("jdk-25", 25, true);
        environment.put("PATH", withoutMaven());
        Ran missing = run("version");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("Maven", "apt-get install maven");

        built();
        assertThat(run("version").status()).isZero();
    }

    /** The machine's programs by their names, all but Maven. */
    private String withoutMaven() throws IOException {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (String name : new String[] {
            "bash",
            "env",
            "readlink",
            "dirname",
            "sed",
            "head",
            "find",
            "mkdir",
            "flock",
            "grep",
            "touch",
            "rm",
            "mv",
            "tee",
            "tail",
            "mktemp",
            "sleep"
        }) {
            Path program = Path.of("/usr/bin", name);
            Files.createSymbolicLink(bin.resolve(name), Files.exists(program) ? program : Path.of("/bin", name));
        }
        return bin.toString();
    }

    @Test
    void what_is_missing_is_built_once_with_the_java_that_was_found() throws Exception {
        Path home = java("jdk-25", 25, true);
        maven();

        Ran first = run("version");
        assertThat(first.status()).isZero();
        assertThat(first.err()).contains("Building Holdfast").containsPattern("base 0\\.1\\.0 +\\[1/2]");
        assertThat(first.out()).as("data goes to standard output alone").startsWith("java of jdk-25\n");
        assertThat(run("version").err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
        assertThat(Files.readString(directory.resolve("builds"))).startsWith(home + " ");
    }

    @Test
    void an_edited_or_deleted_source_is_built_again_and_a_test_is_not() throws Exception {
        java("jdk-25", 25, true);
        maven();
        Path source = Files.writeString(root.resolve("server/src/main/java/A.java"), "class A {}");
        Path test = Files.createDirectories(root.resolve("server/src/test/java"));
        run("version");
        assertThat(builds()).isEqualTo(1);

        Files.writeString(test.resolve("ATest.java"), "class ATest {}");
        run("version");
        assertThat(builds()).isEqualTo(1);

        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        age();
        run("version");
        assertThat(builds()).isEqualTo(2);

        Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
        age();
        Files.delete(source);
        run("version");
        assertThat(builds()).isEqualTo(3);
    }

    /** Makes the last build older than what is edited next, whatever the clock's grain. */
    private void age() throws IOException {
        Files.setLastModifiedTime(
                root.resolve(".build/stamp"), FileTime.from(Instant.now().minusSeconds(1)));
        Path folder = root.resolve("server/src/main/java");
        Files.setLastModifiedTime(folder, FileTime.from(Instant.EPOCH));
    }

    @Test
    void a_build_that_fails_shows_the_end_of_its_log_and_starts_nothing() throws Exception {
        java("jdk-25", 25, true);
        program(programs.resolve("mvn"), "echo '[INFO] noise'; echo '[ERROR] A.java:[1,1] no such thing'; exit 1");

        Ran ran = run("version");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err())
                .contains("A.java:[1,1] no such thing", "build.log")
                .doesNotContain("noise");
        assertThat(ran.out()).isEmpty();
        assertThat(run("version").status()).as("it is tried again").isEqualTo(1);
    }

    @Test
    void two_at_a_time_build_once() throws Exception {
        java("jdk-25", 25, true);
        maven();
        List<Process> both = List.of(
                builder(root.resolve("holdfast"), "version")
                        .redirectErrorStream(true)
                        .start(),
                builder(root.resolve("holdfast"), "version")
                        .redirectErrorStream(true)
                        .start());
        for (Process process : both) {
            process.getInputStream().readAllBytes();
            assertThat(process.waitFor()).isZero();
        }
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void the_program_takes_the_place_of_the_script_so_that_signals_reach_it() throws Exception {
        Path home = java("jdk-25", 25, true);
        program(home.resolve("bin/java"), "echo $$");
        built();
        Process process = builder(root.resolve("holdfast"), "up").start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(process.waitFor()).isZero();
        assertThat(printed).isEqualTo(String.valueOf(process.pid()));
    }

    @Test
    void a_build_trains_the_runtime_once_and_later_starts_use_what_it_learned() throws Exception {
        Path home = java("jdk-25", 25, true);
        maven();
        program(home.resolve("bin/java"), """
                for argument; do
                  case $argument in
                    -XX:AOTCacheOutput=*) touch "${argument#*=}"; training=true ;;
                  esac
                done
                if [[ ${training:-} && $* == *server.Main* ]]; then
                  data=$(sed 's/.*--data \\([^ ]*\\).*/\\1/' <<< "$*")
                  mkdir "$data"
                  trap 'exit 0' TERM
                  touch "$data/ready.json"
                  while true; do sleep 0.1; done
                fi
                printf '%s\\n' "$@"
                """);
        Ran first = run("version");
        assertThat(first.err()).contains("Preparing fast starts").doesNotContain("slower");
        assertThat(first.out()).contains("-XX:AOTCache=" + root + "/.build/cli.aot\n");

        Ran second = run("up");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).contains("-XX:AOTCache=" + root + "/.build/server.aot\n");
    }

    @Test
    void training_that_fails_is_told_once_and_costs_nothing_but_time() throws Exception {
        java("jdk-25", 25, true);
        maven();
        Ran first = run("version");
        assertThat(first.status()).isZero();
        assertThat(first.err()).contains("slower", "training.log");
        assertThat(first.out()).doesNotContain("AOTCache");
        assertThat(run("version").err()).isEmpty();
    }

    @Test
    void an_archive_runs_with_its_own_java_and_builds_nothing() throws Exception {
        program(root.resolve("runtime/bin/java"), "printf '%s\\n' \"own java\" \"$@\"");
        Files.createDirectories(root.resolve("lib/server"));
        for (String jar : new String[] {"b.jar", "a.jar"}) {
            Files.createFile(root.resolve("lib/server").resolve(jar));
        }
        Files.createFile(root.resolve("lib/server.aot"));
        Files.move(root.resolve("scripts"), directory.resolve("elsewhere"));

        Ran up = run("up", "--data", "x");
        assertThat(up.out())
                .startsWith("own java\n")
                .contains("\n" + root + "/lib/server/a.jar:" + root + "/lib/server/b.jar\n")
                .contains("-XX:AOTCache=" + root + "/lib/server.aot\n");
        for (String command : new String[] {"test", "package"}) {
            Ran refused = run(command);
            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.err().lines()).singleElement().asString().contains("source tree");
        }
    }

    @Test
    void it_runs_through_a_link_and_from_another_directory() throws Exception {
        java("jdk-25", 25, true);
        built();
        Path link = Files.createSymbolicLink(programs.resolve("holdfast-link"), root.resolve("holdfast"));
        Process process = builder(link, "version").directory(jvms.toFile()).start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains(root + "/cli/target/app/lib/*");
        assertThat(process.waitFor()).isZero();
    }
}
