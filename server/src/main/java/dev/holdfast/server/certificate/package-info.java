/** The certificates that this server shows: kept, renewed, replaced while it runs, and watched for their end. */
@NullMarked
package dev.holdfast.server.certificate;

import org.jspecify.annotations.NullMarked;
