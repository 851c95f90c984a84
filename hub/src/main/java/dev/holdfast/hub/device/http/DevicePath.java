package dev.holdfast.hub.device.http;

import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Identity;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A path below {@code /devices/{d}} or {@code /devices/{d}/modules/{m}} at which devices speak. Fixed words may be spelled in any case,
 * as SDKs differ in it; ids are as they are.
 *
 * @param device as the caller spelled it, perhaps no id at all
 * @param module the same; null for a device itself
 * @param below what is asked for, in lower case and without the ids: {@code messages/events}
 */
record DevicePath(String device, @Nullable String module, List<String> below) {
    private static final Set<String> OF_DEVICES = Set.of("messages", "files");

    /** Null when services speak there, or nobody. */
    static @Nullable DevicePath of(List<String> path) {
        List<String> words =
                path.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        if (words.size() > 2 && words.getFirst().equals("devices") && OF_DEVICES.contains(words.get(2))) {
            return new DevicePath(path.get(1), null, words.subList(2, words.size()));
        }
        if (words.size() > 4
                && words.getFirst().equals("devices")
                && words.get(2).equals("modules")
                && OF_DEVICES.contains(words.get(4))) {
            return new DevicePath(path.get(1), path.get(3), words.subList(4, words.size()));
        }
        return null;
    }

    Identity identity() throws ServiceFault {
        return new Identity(Requests.deviceId(device), module == null ? null : Requests.moduleId(module));
    }

    /** Whom it names, as reports print it. */
    String caller() {
        return module == null ? device : device + "/" + module;
    }

    DeviceOperation operation() {
        return DeviceOperation.at(below);
    }

    /** Of a message, where the path names one. */
    String lock() {
        return below.get(2);
    }
}
