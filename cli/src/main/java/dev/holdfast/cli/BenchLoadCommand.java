package dev.holdfast.cli;

import dev.holdfast.cli.bench.BenchFailure;
import dev.holdfast.cli.bench.Result;
import dev.holdfast.tls.listen.Accelerator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;

/** A bench that puts a server under load: which server, what load, and what came of it. */
abstract class BenchLoadCommand implements Callable<Integer> {
    @Mixin
    final BenchTargetOptions target;

    @Mixin
    private BenchOutput output = new BenchOutput();

    @Mixin
    final HelpOption help = new HelpOption();

    BenchLoadCommand(Map<String, String> environment) {
        target = new BenchTargetOptions(new ServerOptions(environment));
    }

    /** What is to be run. */
    @FunctionalInterface
    interface Load {
        Result run(BenchServer server, Consumer<String> progress)
                throws BenchFailure, CommandFailure, InterruptedException;
    }

    /** What the options ask for. Wrong use ends here, before anything is asked of a server. */
    abstract Load load();

    @Override
    public final Integer call() throws CommandFailure, InterruptedException {
        target.check(help);
        Load load = load();
        Consumer<String> progress = what -> output.progress(help, what);
        output.check();
        // A client that computes slowly is the limit too early.
        Accelerator _ = Accelerator.use();
        BenchServer server = BenchServer.of(target, progress);
        try (server) {
            output.print(help, load.run(server, progress), server.label(output.label));
        } catch (BenchFailure e) {
            throw new CommandFailure(e.sentence() + ".", e);
        }
        return server.hasLeftDevices() ? 1 : 0;
    }
}
