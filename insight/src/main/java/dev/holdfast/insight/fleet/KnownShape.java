package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.HelloShape;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A shape of hello with what it says of the client, found out once for all devices that have it.
 *
 * @param id {@link HelloShape#id}
 * @param stack the TLS library that it is probably of
 */
public record KnownShape(String id, HelloShape shape, Set<ClientOffer> offers, Set<ClientNeed> needs, String stack) {
    public KnownShape {
        offers = Set.copyOf(offers);
        needs = Set.copyOf(needs);
    }

    static KnownShape of(HelloShape shape) {
        return new KnownShape(
                shape.id(),
                shape,
                Arrays.stream(ClientOffer.values())
                        .filter(offer -> offer.isIn(shape.hello()))
                        .collect(Collectors.toSet()),
                Arrays.stream(ClientNeed.values())
                        .filter(need -> need.isOf(shape.hello()))
                        .collect(Collectors.toSet()),
                TlsStack.of(shape.hello()));
    }
}
