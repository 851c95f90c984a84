package dev.holdfast.insight;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once that something can't be stored, and once that it is stored again: a full disk must not fill the log. Any thread. */
public final class StorageTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(StorageTrouble.class);

    private final String what;
    private boolean failing;

    /** @param what can't be stored, in the plural */
    public StorageTrouble(String what) {
        this.what = what;
    }

    public synchronized void failed(RuntimeException cause) {
        if (!failing) {
            failing = true;
            LOG.error("{} can't be stored; this is not told again until they are", what, cause);
        }
    }

    public synchronized void over() {
        if (failing) {
            failing = false;
            LOG.info("{} are stored again", what);
        }
    }
}
