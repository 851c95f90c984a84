package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers of responders count, and what they say. */
final class OcspAnswerTest {
    private static final Instant NOW = Maker.NOW;
    private static final Instant LATER = NOW.plus(Duration.ofHours(1));
    private static final Limits LIMITS = Limits.defaults();
    private static final Made ROOT =
            Maker.authority("CN=Root,O=Plant", KeyKind.EC_P256.generate()).make();
    private static final Made DEVICE =
            Maker.leaf("CN=pump-1", KeyKind.EC_P256.generate()).by(ROOT).make();
    private static final Made OTHER =
            Maker.leaf("CN=pump-2", KeyKind.EC_P256.generate()).by(ROOT).make();

    /** An answer as a test wants it. */
    private static final class Answering {
        private Made about = DEVICE;
        private Made signer = ROOT;
        private @Nullable Made shown;
        private OcspQuestion.Digest digest = OcspQuestion.Digest.SHA_1;
        private @Nullable CertificateStatus status = CertificateStatus.GOOD;
        private Instant from = NOW;
        private @Nullable Instant until = LATER;
        private String signature = "SHA256withECDSA";

        byte[] make() {
            try {
                var id = new OCSPReq(OcspQuestion.about(about.certificate(), ROOT.certificate(), digest))
                        .getRequestList()[0].getCertID();
                BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(new X500Name("CN=Responder")));
                builder.addResponse(id, status, Date.from(from), until == null ? null : Date.from(until));
                X509CertificateHolder[] chain = shown == null
                        ? new X509CertificateHolder[0]
                        : new X509CertificateHolder[] {
                            new X509CertificateHolder(shown.certificate().getEncoded())
                        };
                var basic = builder.build(
                        new JcaContentSignerBuilder(signature)
                                .build(signer.keys().getPrivate()),
                        chain,
                        Date.from(NOW));
                return new OCSPRespBuilder()
                        .build(OCSPRespBuilder.SUCCESSFUL, basic)
                        .getEncoded();
            } catch (OCSPException | IOException | OperatorCreationException | CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static OcspAnswer read(byte[] bytes) {
        return OcspAnswer.read(bytes, DEVICE.certificate(), ROOT.certificate(), LIMITS, NOW);
    }

    private static String why(Answering answering) {
        return read(answering.make()) instanceof OcspAnswer.Unusable(var why) ? why : "usable";
    }

    @ParameterizedTest
    @EnumSource
    void a_good_answer_is_one_whatever_names_the_issuer_in_it(OcspQuestion.Digest digest) {
        Answering answering = new Answering();
        answering.digest = digest;
        assertThat(read(answering.make())).isEqualTo(new OcspAnswer.Good(LATER));
        answering.until = null;
        assertThat(read(answering.make())).isEqualTo(new OcspAnswer.Good(null));
    }

    @Test
    void a_revoked_one_has_its_date_and_reason() {
        Answering answering = new Answering();
        answering.status = new RevokedStatus(Date.from(NOW.minusSeconds(9)), 4);
        assertThat(read(answering.make()))
                .isEqualTo(new OcspAnswer.IsRevoked(new Revoked(NOW.minusSeconds(9), "superseded"), LATER));
        answering.status = new RevokedStatus(Date.from(NOW.minusSeconds(9)));
        assertThat(read(answering.make()))
                .isEqualTo(new OcspAnswer.IsRevoked(new Revoked(NOW.minusSeconds(9), "unspecified"), LATER));
    }

    @Test
    void what_the_responder_does_not_know_is_not_good() throws Exception {
        Answering answering = new Answering();
        answering.status = new UnknownStatus();
        assertThat(read(answering.make())).isEqualTo(new OcspAnswer.NotKnown());
        Answering other = new Answering();
        other.about = OTHER;
        assertThat(read(other.make())).isEqualTo(new OcspAnswer.NotKnown());
        byte[] unauthorized =
                new OCSPRespBuilder().build(OCSPRespBuilder.UNAUTHORIZED, null).getEncoded();
        assertThat(read(unauthorized)).isEqualTo(new OcspAnswer.NotKnown());
        byte[] busy =
                new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded();
        assertThat(read(busy)).isEqualTo(new OcspAnswer.Unusable("it answered tryLater"));
    }

    @Test
    void only_the_issuer_and_whom_it_made_responder_sign_answers() {
        Made responder = Maker.leaf("CN=Responder", KeyKind.EC_P256.generate())
                .by(ROOT)
                .with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning))
                .make();
        Answering delegated = new Answering();
        delegated.signer = responder;
        assertThat(why(delegated)).contains("nor by a certificate that came with it");
        delegated.shown = responder;
        assertThat(why(delegated)).isEqualTo("usable");
        Answering device = new Answering();
        device.signer = OTHER;
        device.shown = OTHER;
        assertThat(why(device)).contains("not for OCSP");
        Made strange =
                Maker.authority("CN=Root,O=Plant", KeyKind.EC_P256.generate()).make();
        Answering twin = new Answering();
        twin.signer = strange;
        twin.shown = strange;
        assertThat(why(twin)).contains("did not issue");
        Made old = Maker.leaf("CN=Old responder", KeyKind.EC_P256.generate())
                .by(ROOT)
                .expired()
                .with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning))
                .make();
        Answering late = new Answering();
        late.signer = old;
        late.shown = old;
        assertThat(why(late)).contains("not valid now");
        Answering weak = new Answering();
        weak.signature = "SHA1withECDSA";
        assertThat(why(weak)).contains("proves nothing");
    }

    @Test
    void an_answer_counts_in_its_time_only() {
        Answering early = new Answering();
        early.from = NOW.plusSeconds(301);
        assertThat(why(early)).contains("counts from");
        Answering late = new Answering();
        late.from = NOW.minusSeconds(9000);
        late.until = NOW.minusSeconds(301);
        assertThat(why(late)).contains("counted until");
        late.until = NOW.minusSeconds(299);
        assertThat(why(late)).isEqualTo("usable");
        late.until = null;
        assertThat(why(late)).as("kept by somebody for hours").contains("counted until");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 400_000})
    void nested_garbage_is_no_answer(int pairs) {
        byte[] nested = new byte[2 * pairs];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = Der.SEQUENCE;
            nested[i + 1] = (byte) 0x80;
        }
        assertThat(read(nested)).isInstanceOf(OcspAnswer.Unusable.class);
    }

    /** Whatever is changed in it, a revoked certificate does not become good. */
    @Test
    void damaged_answers_never_let_anyone_in() {
        long seed = new SecureRandom().nextLong();
        System.out.println("damaged_answers_never_let_anyone_in: seed " + seed);
        Random random = new Random(seed);
        Answering answering = new Answering();
        answering.status = new RevokedStatus(Date.from(NOW.minusSeconds(9)), 1);
        answering.shown = OTHER;
        byte[] whole = answering.make();
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            assertThat(read(damaged)).isNotInstanceOf(OcspAnswer.Good.class);
        }
    }

    @Test
    void certificates_say_where_to_ask() {
        Made named = Maker.leaf("CN=x", KeyKind.EC_P256.generate())
                .with(Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {
                    point("ldap://pki.example/list"), point("http://pki.example/list.crl")
                }))
                .with(
                        Extension.authorityInfoAccess,
                        false,
                        new AuthorityInformationAccess(
                                new ASN1ObjectIdentifier("1.3.6.1.5.5.7.48.1"),
                                new GeneralName(GeneralName.uniformResourceIdentifier, "http://ocsp.example/")))
                .make();
        assertThat(CertificateUrls.list(named.certificate())).contains("http://pki.example/list.crl");
        assertThat(CertificateUrls.responder(named.certificate())).contains("http://ocsp.example/");
        assertThat(CertificateUrls.list(DEVICE.certificate())).isEmpty();
        assertThat(CertificateUrls.responder(DEVICE.certificate())).isEmpty();
        Made broken = Maker.leaf("CN=x", KeyKind.EC_P256.generate())
                .withRaw(Extension.cRLDistributionPoints, false, new byte[] {0x30, (byte) 0x80})
                .make();
        assertThat(CertificateUrls.list(broken.certificate())).isEmpty();
    }

    private static DistributionPoint point(String url) {
        return new DistributionPoint(
                new DistributionPointName(
                        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url))),
                null,
                null);
    }
}
