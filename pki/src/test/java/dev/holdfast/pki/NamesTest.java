package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;

final class NamesTest {
    private static final KeyPair KEYS = KeyKind.EC_P256.generate();
    private static final Maker.Made ISSUER = Maker.authority("CN=Root", KEYS).make();

    private static List<String> commonNames(X500Name name) {
        return Names.commonNames(Maker.of(name, KEYS).by(ISSUER).make().certificate());
    }

    private static X500Name named(ASN1Encodable value) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, value).build();
    }

    @Test
    void a_common_name_is_read_as_it_is_encoded() {
        assertThat(commonNames(named(new DERUTF8String("dev1")))).containsExactly("dev1");
        assertThat(commonNames(named(new DERPrintableString("dev1")))).containsExactly("dev1");
        assertThat(commonNames(named(new DERBMPString("dev1")))).containsExactly("dev1");
        assertThat(commonNames(named(new DERT61String("dev1")))).containsExactly("dev1");
        for (String exact : List.of(" dev1", "dev1 ", "DEV1", "dev1\0.other", "d\u0435v1", "#dev", "a+b,c=d")) {
            assertThat(commonNames(named(new DERUTF8String(exact)))).containsExactly(exact);
        }
    }

    @Test
    void every_common_name_is_told() {
        X500Name two = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERUTF8String("dev1"))
                .addRDN(BCStyle.O, new DERUTF8String("Plant"))
                .addRDN(BCStyle.CN, new DERUTF8String("dev2"))
                .build();
        assertThat(commonNames(two)).containsExactly("dev1", "dev2");
        X500Name inOnePart = new X500NameBuilder(BCStyle.INSTANCE)
                .addMultiValuedRDN(new AttributeTypeAndValue[] {
                    new AttributeTypeAndValue(BCStyle.CN, new DERUTF8String("dev1")),
                    new AttributeTypeAndValue(BCStyle.CN, new DERUTF8String("dev2")),
                    new AttributeTypeAndValue(BCStyle.SERIALNUMBER, new DERPrintableString("7"))
                })
                .build();
        assertThat(commonNames(inOnePart)).containsExactlyInAnyOrder("dev1", "dev2");
    }

    @Test
    void a_subject_without_one_has_none() {
        assertThat(commonNames(new X500Name("O=Plant,OU=dev1"))).isEmpty();
        X500Name empty = new X500NameBuilder().build();
        assertThat(Names.commonNames(Maker.of(empty, KEYS)
                        .by(ISSUER)
                        .with(
                                Extension.subjectAlternativeName,
                                true,
                                new GeneralNames(new GeneralName(GeneralName.dNSName, "dev1")))
                        .make()
                        .certificate()))
                .isEmpty();
    }

    @Test
    void what_is_no_string_is_no_device() {
        assertThat(commonNames(named(new ASN1Integer(7)))).containsExactly("#not a string");
    }
}
