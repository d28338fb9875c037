import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts a password as Openfire does, by Java's own ciphers. Arguments: the property passwordKey; salt (Base64) of the derivation by
 * PBKDF2, or "sha1" for the older one; the password. Standard output: what ofUser.encryptedPassword has of it.
 */
public class EncryptPassword {
  public static void main(String[] arguments) throws Exception {
    byte[] key = arguments[1].equals("sha1")
        ? MessageDigest.getInstance("SHA-1").digest(arguments[0].getBytes(StandardCharsets.UTF_8))
        : SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
            .generateSecret(
                new PBEKeySpec(arguments[0].toCharArray(), Base64.getDecoder().decode(arguments[1]), 100_000, 256))
            .getEncoded();
    byte[] iv = new byte[8];
    new SecureRandom().nextBytes(iv);
    Cipher cipher = Cipher.getInstance("Blowfish/CBC/PKCS5Padding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "Blowfish"), new IvParameterSpec(iv));
    byte[] encrypted = cipher.doFinal(arguments[2].getBytes(StandardCharsets.UTF_16BE));
    System.out.println(HexFormat.of().formatHex(iv) + HexFormat.of().formatHex(encrypted));
  }
}
