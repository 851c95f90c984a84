package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.PeerIdentity;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every signer of two hubs, with every reach of a token, against everything that can be opened in either: two hubs with the same
 * devices, modules and the same names of policies, and every set of rights. What is expected is computed from what a token says, by a rule
 * of three lines that knows nothing of the code that judges.
 */
class IsolationMatrixTest {
    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
    private static final String LATER = Long.toString(NOW.getEpochSecond() + 3600);
    private static final List<String> DEVICES = List.of("dev1", "dev10", "Dev1", "dev");

    /** Modules of the same name on devices of which one name begins the other, and of names of which one begins the other. */
    private static final List<String> MODULES = List.of("dev1/m", "dev1/m1", "dev10/m");

    private static final List<String> IDENTITIES =
            Stream.concat(DEVICES.stream(), MODULES.stream()).toList();

    private static Identity identity(String name) {
        return Identity.parse(name).orElseThrow();
    }

    /** A hub as the test sees it. */
    private record Side(
            String name, Registry registry, List<SharedAccessPolicy> policies, Authenticator authenticator) {
        String host() {
            return name + ".hub.test";
        }
    }

    /**
     * Who signs: a device, a module, or a policy.
     *
     * @param identity null of a policy
     * @param policy null of a device or module
     */
    private record Signer(
            Side side,
            SymmetricKey key,
            @Nullable String identity,
            @Nullable SharedAccessPolicy policy) {
        String token(String sr) {
            return policy == null ? Tokens.device(sr, LATER, key) : Tokens.policy(sr, LATER, policy.name(), key);
        }

        boolean may(Target target) {
            return policy == null
                    ? target.isIdentity(identity)
                    : policy.rights().contains(target.right());
        }

        @Override
        public String toString() {
            return (policy == null ? "identity " + identity : "policy with " + policy.rights()) + " of " + side.name();
        }
    }

    /** What a token says it is good for. */
    private record Reach(Side side, List<String> path) {
        String sr() {
            return side.host() + (path.isEmpty() ? "" : "/" + String.join("/", path));
        }

        boolean covers(Target target) {
            return side.equals(target.side())
                    && path.size() <= target.path().size()
                    && path.equals(target.path().subList(0, path.size()));
        }
    }

    /** Something to be opened, which needs one right of a policy. */
    private record Target(Side side, List<String> path, AccessRight right) {
        boolean isIdentity(@Nullable String name) {
            return right == AccessRight.DEVICE_CONNECT && name != null && path.equals(segments(name));
        }
    }

    /** Where an identity is, spelled out here and not by the code under test. */
    private static List<String> segments(String name) {
        int slash = name.indexOf('/');
        return slash < 0
                ? List.of("devices", name)
                : List.of("devices", name.substring(0, slash), "modules", name.substring(slash + 1));
    }

    private final SecureRandom random = new SecureRandom();
    private final TestClock clock = new TestClock(NOW);
    private final RepeatingTable table = new RepeatingTable();
    private final List<Side> sides = List.of(side("hub1"), side("hub2"));

    private Side side(String name) {
        HubName hub = new HubName(name);
        Registry registry =
                new Registry(table, hub, clock, random, Limits.defaults().registry(), _ -> {});
        DEVICES.forEach(id -> registry.apply(new RegistryRequest.Create(DeviceSpec.of(new DeviceId(id), null))));
        MODULES.forEach(id -> registry.modules()
                .apply(new ModuleRequest.Create(
                        ModuleSpec.of(identity(id).moduleName().orElseThrow(), null))));
        List<SharedAccessPolicy> policies = new ArrayList<>();
        List<AccessRight> rights = List.of(AccessRight.values());
        for (int bits = 0; bits < 1 << rights.size(); bits++) {
            Set<AccessRight> some = EnumSet.noneOf(AccessRight.class);
            for (int i = 0; i < rights.size(); i++) {
                if ((bits & 1 << i) != 0) {
                    some.add(rights.get(i));
                }
            }
            policies.add(new SharedAccessPolicy("policy" + bits, some, SymmetricKeys.random(random)));
        }
        String host = name + ".hub.test";
        Authenticator authenticator = new Authenticator(
                new Live<>(new HubSettings(hub, host, 4, 1, policies, List.of(), NOW)),
                registry,
                new DeniedCertificates(table, hub, clock, Limits.defaults().certificates(), _ -> {}),
                NobodyAsked.in(table, hub, clock),
                host::equals,
                clock,
                Limits.defaults());
        return new Side(name, registry, policies, authenticator);
    }

    private List<Signer> signers() {
        List<Signer> signers = new ArrayList<>();
        for (Side side : sides) {
            for (String id : IDENTITIES) {
                SymmetricKeys keys = ((Authentication.Sas) authentication(side, id)).keys();
                signers.add(new Signer(side, keys.primary(), id, null));
                signers.add(new Signer(side, keys.secondary(), id, null));
            }
            for (SharedAccessPolicy policy : side.policies()) {
                signers.add(new Signer(side, policy.keys().primary(), null, policy));
                signers.add(new Signer(side, policy.keys().secondary(), null, policy));
            }
        }
        return signers;
    }

    private static Authentication authentication(Side side, String id) {
        Identity identity = identity(id);
        return identity.moduleName()
                .map(name -> side.registry().modules().find(name).orElseThrow().authentication())
                .orElseGet(() ->
                        side.registry().find(identity.device()).orElseThrow().authentication());
    }

    private List<Reach> reaches() {
        List<Reach> reaches = new ArrayList<>();
        for (Side side : sides) {
            reaches.add(new Reach(side, List.of()));
            reaches.add(new Reach(side, List.of("devices")));
            reaches.add(new Reach(side, List.of("devices", "dev1", "modules")));
            reaches.add(new Reach(side, List.of("twins", "dev1")));
            reaches.add(new Reach(side, List.of("statistics")));
            IDENTITIES.forEach(id -> reaches.add(new Reach(side, segments(id))));
        }
        return reaches;
    }

    private List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (Side side : sides) {
            for (AccessRight right : AccessRight.values()) {
                IDENTITIES.forEach(id -> targets.add(new Target(side, segments(id), right)));
                if (right != AccessRight.DEVICE_CONNECT) {
                    targets.add(new Target(side, List.of("devices"), right));
                    targets.add(new Target(side, List.of("statistics", "devices"), right));
                    targets.add(new Target(side, List.of("twins", "dev1"), right));
                }
            }
        }
        return targets;
    }

    @Test
    void nobody_opens_more_than_signer_reach_and_right_allow_together() {
        int opened = 0;
        for (Signer signer : signers()) {
            for (Reach reach : reaches()) {
                String token = signer.token(reach.sr());
                for (Target target : targets()) {
                    boolean expected =
                            signer.side().equals(target.side()) && reach.covers(target) && signer.may(target);
                    assertThat(opens(token, target))
                            .as(
                                    "%s with sr=%s on %s %s of %s",
                                    signer,
                                    reach.sr(),
                                    target.right(),
                                    target.path(),
                                    target.side().name())
                            .isEqualTo(expected);
                    opened += expected ? 1 : 0;
                }
            }
        }
        // A matrix in which nothing opens would prove nothing.
        assertThat(opened).isGreaterThan(1000);
    }

    private static boolean opens(String token, Target target) {
        Authenticator authenticator = target.side().authenticator();
        if (target.right() == AccessRight.DEVICE_CONNECT) {
            List<String> path = target.path();
            Identity identity = identity(path.get(1) + (path.size() > 2 ? "/" + path.getLast() : ""));
            return authenticator.judgeDevice(new DeviceCredentials(identity, token, new PeerIdentity.Anonymous()))
                    instanceof DeviceAuthentication.Accepted;
        }
        return authenticator.judgeService(token, target.path(), EnumSet.of(target.right()), Signing.KEY_BYTES)
                instanceof ServiceAuthentication.Accepted;
    }

    /** The reader's endpoint: a hub is an entity of the one namespace, whatever host name the token carries. */
    @Test
    void telemetry_is_read_by_policies_of_its_own_hub_that_may_connect_as_a_service() {
        List<String> partition = List.of("ConsumerGroups", "$Default", "Partitions", "0");
        List<List<String>> paths = List.of(List.of("$management"), partition);
        int opened = 0;
        for (Signer signer : signers()) {
            for (Side named : sides) {
                for (List<String> below :
                        List.of(List.<String>of(), List.of("ConsumerGroups", "$Default"), partition)) {
                    List<String> entity = new ArrayList<>(List.of(named.name()));
                    entity.addAll(below);
                    String token = entityToken(signer, "sb://hub1.hub.test/" + String.join("/", entity));
                    for (Side target : sides) {
                        for (List<String> path : paths) {
                            boolean covered =
                                    below.size() <= path.size() && below.equals(path.subList(0, below.size()));
                            SharedAccessPolicy policy = signer.policy();
                            boolean expected = named.equals(target)
                                    && signer.side().equals(target)
                                    && covered
                                    && policy != null
                                    && policy.allows(AccessRight.SERVICE_CONNECT);
                            assertThat(
                                            target.authenticator()
                                                            .judgeEntity(
                                                                    token,
                                                                    host -> host.endsWith(".hub.test"),
                                                                    path,
                                                                    EnumSet.of(AccessRight.SERVICE_CONNECT))
                                                    instanceof ServiceAuthentication.Accepted)
                                    .as("%s for %s on %s of %s", signer, entity, path, target.name())
                                    .isEqualTo(expected);
                            opened += expected ? 1 : 0;
                        }
                    }
                }
            }
        }
        assertThat(opened).isGreaterThan(50);
    }

    /** Signed as Event Hubs clients sign: with the text of the key. */
    private static String entityToken(Signer signer, String sr) {
        SymmetricKey text = new SymmetricKey(
                Base64.getEncoder().encodeToString(signer.key().base64().getBytes(StandardCharsets.US_ASCII)));
        SharedAccessPolicy policy = signer.policy();
        return policy == null ? Tokens.device(sr, LATER, text) : Tokens.policy(sr, LATER, policy.name(), text);
    }
}
