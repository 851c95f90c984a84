package dev.holdfast.conformance;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** One line per test, what went wrong below it, and the last line that {@code conformance/run} adds up. */
final class LineReport implements TestExecutionListener {
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped.incrementAndGet();
        System.out.println("skip  " + name(test) + " (" + reason + ")");
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean successful = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (successful && test.isTest()) {
            passed.incrementAndGet();
            System.out.println("pass  " + name(test));
        } else if (!successful) {
            failed.incrementAndGet();
            System.out.println("FAIL  " + name(test));
            result.getThrowable().ifPresent(LineReport::explain);
        }
    }

    /** The failure with its causes; of the stacks only what is ours. */
    private static void explain(Throwable failure) {
        String ours = LineReport.class.getPackageName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            System.out.println("      " + cause);
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (frame.getClassName().startsWith(ours)) {
                    System.out.println("          at " + frame);
                }
            }
        }
    }

    private static String name(TestIdentifier test) {
        return "Java: " + test.getDisplayName().replace("()", "").replace('_', ' ');
    }

    /** Prints the sum; false if something failed. */
    boolean finish() {
        System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
        return failed.get() == 0;
    }
}
