package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator's chain on disk, beside the installation's own. */
class ServerCertificateStoreTest {
    private final Made root =
            Maker.authority("CN=Root", KeyKind.EC_P256.generate()).make();

    @TempDir
    Path data;

    private Instant now = Maker.NOW;
    private ServerAuthorities first;

    @BeforeEach
    void putAChain() throws IOException {
        ServerAuthorities made = store().open();
        KeyPair keys = KeyKind.EC_P256.generate();
        Made leaf = Maker.leaf("CN=server", keys)
                .by(root)
                .with(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "hub1.iot.example")))
                .make();
        var read = (ServerChainReading.Read) store().read(
                        Pem.write(leaf.certificate()) + Pem.write(root.certificate()),
                        Pem.write(keys.getPrivate()),
                        made);
        first = store().put(read);
        assertThat(first.ecc().leaf()).isEqualTo(leaf.certificate());
        assertThat(first.rsa()).isEqualTo(made.rsa());
    }

    private ServerCertificateStore store() {
        return new ServerCertificateStore(
                data, List.of("iot.example"), Limits.defaults().certificates(), () -> now);
    }

    private Path file() {
        return data.resolve("pki/ecc/operator.pem");
    }

    @Test
    void the_scheduled_renewal_renews_the_own_leaves_and_leaves_the_operators_chain() throws IOException {
        now = now.plus(Duration.ofDays(370));

        ServerAuthorities later = store().open();

        assertThat(later.ecc()).isEqualTo(first.ecc());
        assertThat(later.ownEcc().leaf()).isNotEqualTo(first.ownEcc().leaf());
        assertThat(later.rsa().leaf()).isNotEqualTo(first.rsa().leaf());
        assertThat(Files.readString(later.trustBundle()))
                .startsWith(Pem.write(first.ownRsa().root())
                        + Pem.write(first.ownEcc().root())
                        + Pem.write(root.certificate()));
    }

    @Test
    void a_renewal_goes_back_to_the_own_chain_of_that_key_type() throws IOException {
        assertThat(store().renew(Set.of(ServerSlot.RSA), false).ecc()).isEqualTo(first.ecc());

        ServerAuthorities back = store().renew(Set.of(ServerSlot.ECDSA), false);

        assertThat(back.ecc()).isEqualTo(back.ownEcc());
        assertThat(back.ecc().root()).isEqualTo(first.ownEcc().root());
        assertThat(back.ecc().leaf()).isNotEqualTo(first.ownEcc().leaf());
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_key_that_was_open_to_others_is_closed() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(store().open().ecc()).isEqualTo(first.ecc());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void what_a_crash_left_behind_is_not_read() throws IOException {
        Files.writeString(data.resolve("pki/rsa/operator.pem.unfinished"), "half a ke");

        assertThat(store().open().rsa()).isEqualTo(first.rsa());
    }

    @Test
    void a_damaged_file_is_named_and_never_quoted() throws IOException {
        String text = Files.readString(file());
        Files.writeString(file(), text.replace("-----END PRIVATE KEY-----", ""));

        assertThatThrownBy(() -> store().open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("operator.pem can't be used")
                .hasMessageContaining("delete it")
                .hasMessageNotContaining(text.lines().toList().get(1));
    }
}
