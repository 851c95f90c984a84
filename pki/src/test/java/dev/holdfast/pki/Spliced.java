package dev.holdfast.pki;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/** Revocation lists whose entries no builder would make, signed as they stand. */
final class Spliced {
    private Spliced() {}

    /** @param list of an EC key, with one entry and no extension before it */
    static byte[] withEntries(byte[] list, byte[] entries, PrivateKey key) {
        try {
            Der parts = Der.of(list).enter(Der.SEQUENCE);
            Der content = parts.enter(Der.SEQUENCE);
            byte[] algorithm = parts.whole();
            ByteArrayOutputStream made = new ByteArrayOutputStream();
            while (content.hasMore()) {
                boolean isEntries = content.isNext(Der.SEQUENCE) && made.size() > 0 && afterTimes(made.toByteArray());
                byte[] element = content.whole();
                made.writeBytes(isEntries ? element(Der.SEQUENCE, entries) : element);
            }
            byte[] signed = element(Der.SEQUENCE, made.toByteArray());
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(signed);
            byte[] signature = element(Der.BIT_STRING, new byte[1], signer.sign());
            return element(Der.SEQUENCE, signed, algorithm, signature);
        } catch (Der.Malformed | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean afterTimes(byte[] made) throws Der.Malformed {
        Der all = Der.of(made);
        boolean time = false;
        while (all.hasMore()) {
            time = all.isNext(Der.UTC_TIME) || all.isNext(Der.GENERALIZED_TIME);
            all.skip();
        }
        return time;
    }

    static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        made.write(tag);
        if (length < 0x80) {
            made.write(length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            made.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                made.write(length >>> (8 * i));
            }
        }
        made.writeBytes(content.toByteArray());
        return made.toByteArray();
    }
}
