package dev.holdfast.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Optional;

/**
 * Has old objects collected before the heap grows for garbage among them. The serial collector looks at old objects only when the heap is
 * as large as it may get; until then it takes more memory from the machine for whatever lived for some seconds, such as what waits for peers
 * that read slowly. Other collectors look in time.
 */
final class OldGarbage {
    private static final String POOL = "Tenured Gen";

    /** Below this a collection, which takes some tens of milliseconds, is not worth what it frees. */
    static final long FLOOR_BYTES = 128L * 1024 * 1024;

    /** How much more than was alive at the last collection. */
    private static final int GROWTH = 2;

    private final Optional<MemoryPoolMXBean> pool;

    OldGarbage() {
        pool = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(each -> each.getName().equals(POOL))
                .findFirst();
    }

    /** Collects if it is time. Called every few seconds. */
    void look() {
        pool.filter(OldGarbage::isDue).ifPresent(_ -> System.gc());
    }

    private static boolean isDue(MemoryPoolMXBean pool) {
        MemoryUsage alive = pool.getCollectionUsage();
        return isDue(pool.getUsage().getUsed(), alive == null ? 0 : alive.getUsed());
    }

    /** @param alive what was in use right after the last collection */
    static boolean isDue(long used, long alive) {
        return used > Math.max(FLOOR_BYTES, GROWTH * alive);
    }
}
