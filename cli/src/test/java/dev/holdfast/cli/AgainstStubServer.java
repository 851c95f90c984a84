package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands begin with: a server that stands in for the real one, and an environment in which commands find it. */
abstract class AgainstStubServer {
    final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    StubServer server;

    @BeforeEach
    final void start() throws Exception {
        server = new StubServer(directory);
        environment.put("HOLDFAST_DATA", server.writeReadyFile().toString());
    }

    @AfterEach
    final void stop() {
        server.close();
    }

    final Ran run(String... arguments) {
        Ran ran = Ran.of(environment, arguments);
        assertThat(ran.out() + ran.err()).doesNotContain(StubServer.TOKEN);
        return ran;
    }
}
