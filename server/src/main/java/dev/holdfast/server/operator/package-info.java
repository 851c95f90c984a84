/** The operator API, {@code /holdfast/v1/…}: bearer token of the installation, deny by default. */
@NullMarked
package dev.holdfast.server.operator;

import org.jspecify.annotations.NullMarked;
