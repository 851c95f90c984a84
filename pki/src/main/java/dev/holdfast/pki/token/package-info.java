/** Keys in PKCS#11 tokens, by the provider of the Java runtime. */
@NullMarked
package dev.holdfast.pki.token;

import org.jspecify.annotations.NullMarked;
