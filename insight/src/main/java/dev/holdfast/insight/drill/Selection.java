package dev.holdfast.insight.drill;

import java.util.List;

/**
 * Who of a hub fits a {@link Cohort}.
 *
 * @param devices those that would be shown the chain if they came as they did last
 * @param leftOut how many fit and would not: their TLS takes a certificate of the other key type, or they came under a name that
 *     leads to another hub, to another trust world or to this machine
 */
public record Selection(List<KnownDevice> devices, int leftOut) {
    public Selection {
        devices = List.copyOf(devices);
    }
}
