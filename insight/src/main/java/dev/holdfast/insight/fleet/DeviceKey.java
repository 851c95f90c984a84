package dev.holdfast.insight.fleet;

import java.util.Comparator;

/**
 * Whose record it is, in the order in which devices are listed.
 *
 * @param device its id, or {@code device/module}
 */
record DeviceKey(String hub, String device) implements Comparable<DeviceKey> {
    private static final Comparator<DeviceKey> ORDER =
            Comparator.comparing(DeviceKey::hub).thenComparing(DeviceKey::device);

    /** Neither a hub's name nor a device's id holds a slash, and a module follows its device. */
    String row() {
        return hub + "/" + device;
    }

    /** Whether this is the device of that id, or a module of it. */
    boolean isOf(String id) {
        return device.equals(id) || device.startsWith(id + "/");
    }

    @Override
    public int compareTo(DeviceKey other) {
        return ORDER.compare(this, other);
    }
}
