package dev.holdfast.tls.listen;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Sets the engine's switches before any test: the Java runtime reads them once, when the first of them uses TLS. */
public final class SwitchesFirst implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        EngineSwitches.set();
    }
}
