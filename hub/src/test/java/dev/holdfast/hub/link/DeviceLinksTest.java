package dev.holdfast.hub.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DeviceLinksTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity MOD1 = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));
    private static final Identity DEV10 = Identity.of(new DeviceId("dev10"));

    private static final class FakeLink implements DeviceLink {
        final List<LinkEnd> ends = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void end(LinkEnd why) {
            ends.add(why);
        }
    }

    @Test
    void theNewestWinsAndTheOlderIsToldWhoCame() {
        DeviceLinks links = new DeviceLinks();
        FakeLink older = new FakeLink();
        FakeLink newer = new FakeLink();
        DeviceLinks.Registration first = links.register(DEV1, older, ADDRESS);
        DeviceLinks.Registration second = links.register(DEV1, newer, ADDRESS);
        assertThat(older.ends).containsExactly(new LinkEnd.SupersededByNewConnection(ADDRESS));
        assertThat(newer.ends).isEmpty();
        first.close();
        assertThat(links.isConnected(DEV1))
                .as("the older one's leaving does not remove the newer")
                .isTrue();
        second.close();
        second.close();
        assertThat(links.isConnected(DEV1)).isFalse();
        assertThat(links.count()).isZero();
    }

    @Test
    void theSameLinkMayRegisterAgain() {
        DeviceLinks links = new DeviceLinks();
        FakeLink link = new FakeLink();
        DeviceLinks.Registration first = links.register(DEV1, link, ADDRESS);
        first.close();
        DeviceLinks.Registration second = links.register(DEV1, link, ADDRESS);
        first.close();
        assertThat(links.isConnected(DEV1)).isTrue();
        second.close();
        assertThat(link.ends).isEmpty();
    }

    @Test
    void aDeviceEndsWithItsModulesAndNobodyElse() {
        DeviceLinks links = new DeviceLinks();
        FakeLink device = new FakeLink();
        FakeLink module = new FakeLink();
        FakeLink other = new FakeLink();
        links.register(DEV1, device, ADDRESS);
        links.register(MOD1, module, ADDRESS);
        links.register(DEV10, other, ADDRESS);
        links.endDevice(DEV1.device(), new LinkEnd.DeviceDisabled());
        assertThat(device.ends).containsExactly(new LinkEnd.DeviceDisabled());
        assertThat(module.ends).containsExactly(new LinkEnd.DeviceDisabled());
        assertThat(other.ends).isEmpty();
        links.endAll(new LinkEnd.ServerStopping());
        assertThat(other.ends).containsExactly(new LinkEnd.ServerStopping());
    }

    @Test
    void everyEndSaysWhatHappened() {
        for (LinkEnd end : List.of(
                new LinkEnd.SupersededByNewConnection(ADDRESS),
                new LinkEnd.SupersededByNewConnection(InetSocketAddress.createUnresolved("gone.test", 1)),
                new LinkEnd.DeviceDisabled(),
                new LinkEnd.DeviceDeleted(),
                new LinkEnd.TokenExpired(Instant.EPOCH),
                new LinkEnd.HubDeleted(),
                new LinkEnd.ServerStopping())) {
            assertThat(end.explain(Commands.OF_NO_HUB, "dev1")).endsWith(".");
            assertThat(end.reason()).isEqualTo(end.getClass().getSimpleName());
        }
        assertThat(new LinkEnd.SupersededByNewConnection(ADDRESS).explain(Commands.OF_NO_HUB, "dev1"))
                .contains("127.0.0.1:4711");
    }

    @Test
    void ofManyWhoComeAtOnceOneStays() throws InterruptedException, ExecutionException {
        int threads = 8;
        int rounds = 2_000;
        DeviceLinks links = new DeviceLinks();
        List<FakeLink> all = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                done.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < rounds; i++) {
                        FakeLink link = new FakeLink();
                        all.add(link);
                        DeviceLinks.Registration registration = links.register(DEV1, link, ADDRESS);
                        if (!link.ends.isEmpty()) {
                            registration.close();
                        }
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }
        }
        assertThat(all).hasSize(threads * rounds);
        assertThat(all.stream().filter(link -> link.ends.isEmpty()))
                .as("one owner")
                .hasSize(1);
        assertThat(all).allMatch(link -> link.ends.size() <= 1);
        assertThat(links.isConnected(DEV1)).isTrue();
        assertThat(links.count()).isEqualTo(1);
    }
}
