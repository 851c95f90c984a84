package dev.holdfast.cli.monitor;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The members of connection strings, of hubs, devices and Event Hubs alike: {@code Name=value;Name=value}. */
public final class ConnectionStrings {
    private ConnectionStrings() {}

    /** By name in lower case; what is no member is passed over. */
    public static Map<String, String> members(String connectionString) {
        Map<String, String> members = new HashMap<>();
        for (String member : connectionString.split(";", -1)) {
            int equals = member.indexOf('=');
            if (equals > 0) {
                members.put(member.substring(0, equals).strip().toLowerCase(Locale.ROOT), member.substring(equals + 1));
            }
        }
        return members;
    }
}
