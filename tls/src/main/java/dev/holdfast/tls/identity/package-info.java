/** The certificates that this server shows, and their replacement while it runs. */
@NullMarked
package dev.holdfast.tls.identity;

import org.jspecify.annotations.NullMarked;
