// SPDX-License-Identifier: Apache-2.0
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The class that the identity API's Java sample needs and does not print, after section 3 of its specification: AES-256-GCM, key
 * and IV are texts taken byte for byte, the tag of 128 bits stands behind the ciphertext, all of it as base64 on one line.
 */
class AESCipher {
    private static final int TAG_BITS = 128;
    private final byte[] key;
    private final byte[] iv;

    AESCipher(String key, String iv) {
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.iv = iv.getBytes(StandardCharsets.UTF_8);
    }

    String encrypt(byte[] file) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
        return Base64.getEncoder().encodeToString(cipher.doFinal(file));
    }

    /** The check value of the specification, section 9, item 4. */
    public static void main(String[] args) throws Exception {
        AESCipher cipher = new AESCipher("dcbbad6765e14139a07d34b92292a672", "df25d188a061");
        System.out.println(cipher.encrypt("abc".getBytes(StandardCharsets.UTF_8)));
    }
}
